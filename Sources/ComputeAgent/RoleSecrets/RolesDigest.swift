/// Tells whether any role's secret may have changed, without bringing a secret here.
enum RolesDigest {
    /// One row of one value. It moves when a role comes, goes, changes its name, its secret or whether it may log in, and
    /// when a secret's time is over.
    static let query = """
        SELECT encode(sha256(convert_to(coalesce(string_agg(concat_ws(':', oid, rolname, rolcanlogin, \
        rolvaliduntil <= now(), rolpassword), E'\\n' ORDER BY oid), ''), 'UTF8')), 'hex') FROM pg_catalog.pg_authid
        """
}
