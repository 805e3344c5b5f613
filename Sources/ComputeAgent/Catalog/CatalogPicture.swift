/// The roles and databases a Postgres has, as far as a spec can speak of them.
package struct CatalogPicture: Equatable, Sendable {
    package struct Role: Equatable, Sendable {
        package var name: String
        package var verifier: String?
        package var canLogin: Bool
        package var flags: Set<RoleOption.Flag>
        package var connectionLimit: Int32

        package init(
            name: String, verifier: String?, canLogin: Bool = true, flags: Set<RoleOption.Flag> = [.inherit],
            connectionLimit: Int32 = -1
        ) {
            self.name = name
            self.verifier = verifier
            self.canLogin = canLogin
            self.flags = flags
            self.connectionLimit = connectionLimit
        }
    }

    package struct Database: Equatable, Sendable {
        package var name: String
        package var owner: String
        /// Left half made by an interrupted `DROP DATABASE` or `CREATE DATABASE`.
        package var isInvalid: Bool

        package init(name: String, owner: String, isInvalid: Bool = false) {
            self.name = name
            self.owner = owner
            self.isInvalid = isInvalid
        }
    }

    package var roles: [Role]
    package var databases: [Database]

    package init(roles: [Role], databases: [Database]) {
        self.roles = roles
        self.databases = databases
    }

    static let rolesQuery = """
        SELECT rolname, rolpassword, rolcanlogin, rolcreatedb, rolcreaterole, rolinherit, rolbypassrls, \
        rolreplication, rolconnlimit FROM pg_catalog.pg_authid
        """
    static let databasesQuery = """
        SELECT d.datname, r.rolname, d.datconnlimit FROM pg_catalog.pg_database d \
        JOIN pg_catalog.pg_authid r ON r.oid OPERATOR(pg_catalog.=) d.datdba
        """

    /// Reads the rows of the two queries above. A row of another shape is left out.
    init(roleRows: [[String?]], databaseRows: [[String?]]) {
        let flagColumns: [RoleOption.Flag] = [.createdb, .createrole, .inherit, .bypassrls, .replication]
        roles = roleRows.compactMap { row in
            guard row.count == 9, let name = row[0] else { return nil }
            let flags = zip(flagColumns, row[3...7]).filter { $0.1 == "t" }.map(\.0)
            return Role(
                name: name, verifier: row[1], canLogin: row[2] == "t", flags: Set(flags),
                connectionLimit: row[8].flatMap { Int32($0) } ?? -1)
        }
        databases = databaseRows.compactMap { row in
            guard row.count == 3, let name = row[0], let owner = row[1] else { return nil }
            return Database(name: name, owner: owner, isInvalid: row[2] == "-2")
        }
    }
}
