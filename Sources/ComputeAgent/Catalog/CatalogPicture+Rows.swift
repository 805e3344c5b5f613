internal import PostgresWire
internal import Transport

/// How the picture is taken: a few questions, none of which visits a database but `postgres`.
extension CatalogPicture {
    static let rolesQuery = """
        SELECT rolname, rolpassword, rolcanlogin, rolcreatedb, rolcreaterole, rolinherit, rolbypassrls, \
        rolreplication, rolconnlimit FROM pg_catalog.pg_authid
        """

    /// - Parameter privileged: `nil`: there is to be no such role.
    static func databasesQuery(privileged: String?) -> String {
        """
        SELECT d.datname, r.rolname, d.datconnlimit, d.datistemplate, d.datallowconn, EXISTS (SELECT FROM \
        aclexplode(d.datacl) a JOIN pg_authid g ON g.oid = a.grantee WHERE g.rolname = \(SQLText.literal(privileged ?? "")) \
        AND a.privilege_type = 'CREATE') FROM pg_database d JOIN pg_authid r ON r.oid = d.datdba
        """
    }

    private static let subscriptionsQuery = """
        SELECT s.subname, d.datname FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid ORDER BY 1, 2
        """
    private static let extensionsQuery = """
        SELECT name, installed_version, default_version FROM pg_available_extensions
        """
    private static let settingsQuery = """
        SELECT current_setting('max_connections'), current_setting('shared_preload_libraries'), \
        to_regclass('neon.drop_subscriptions_done') IS NOT NULL, to_regclass('neon.database_remakings') IS NOT NULL
        """

    private static func membersQuery(of role: String) -> String {
        """
        SELECT r.rolname FROM pg_auth_members m JOIN pg_authid g ON g.oid = m.roleid \
        JOIN pg_authid r ON r.oid = m.member WHERE g.rolname = \(SQLText.literal(role))
        """
    }

    /// `pg_shdepend` is the one catalog that knows of every database what is a role's there.
    private static func holdingsQuery(of roles: [String]) -> String {
        """
        SELECT DISTINCT r.rolname, coalesce(d.datname, 'postgres') FROM pg_shdepend s \
        JOIN pg_authid r ON r.oid = s.refobjid LEFT JOIN pg_database d ON d.oid = s.dbid \
        WHERE s.refclassid = 'pg_authid'::regclass AND r.rolname IN \
        (\(roles.map(SQLText.literal).joined(separator: ", "))) AND s.classid <> 'pg_auth_members'::regclass ORDER BY 1, 2
        """
    }

    /// - Parameter wanted: says what else is worth asking about.
    static func take(
        over session: PostgresConnection, for wanted: ComputeSpec, privileged: String?
    ) async throws -> CatalogPicture {
        var picture = CatalogPicture(
            roleRows: try await session.query(rolesQuery),
            databaseRows: try await session.query(databasesQuery(privileged: privileged)))
        let settings = try await session.query(settingsQuery).first ?? []
        if settings.count == 4 {
            picture.maxConnections = settings[0].flatMap { Int($0) } ?? picture.maxConnections
            picture.preloadedLibraries = Self.libraries(settings[1] ?? "")
            if settings[2] == "t" {
                picture.subscriptionsDroppedFor =
                    try await session.query("SELECT timeline_id FROM neon.drop_subscriptions_done").first?.first ?? nil
            }
            if settings[3] == "t" {
                picture.lastRemaking =
                    try await session.query("SELECT operation_uuid FROM neon.database_remakings").first?.first ?? nil
            }
        }
        if let privileged {
            picture.privileged = Set(
                try await session.query(membersQuery(of: privileged)).compactMap { $0.first ?? nil })
        }
        // Under the names that they bear now.
        let leaving = wanted.deltaOperations.filter { $0.action.isOfRole }.map(\.name)
        if !leaving.isEmpty {
            picture.holdings = try await session.query(holdingsQuery(of: leaving)).compactMap { row in
                guard row.count == 2, let role = row[0], let database = row[1] else { return nil }
                return Holding(role: role, database: database)
            }
        }
        if wanted.dropsSubscriptionsBeforeStart || wanted.deltaOperations.contains(where: { !$0.action.isOfRole }) {
            picture.subscriptions = try await session.query(subscriptionsQuery).compactMap { row in
                guard row.count == 2, let name = row[0], let database = row[1] else { return nil }
                return Subscription(name: name, database: database)
            }
        }
        for row in try await session.query(extensionsQuery) where row.count == 3 {
            guard let name = row[0] else { continue }
            picture.extensions[name] = row[1]
            picture.availableExtensions[name] = row[2]
        }
        return picture
    }

    /// Reads the rows of the first two queries. A row of another shape is left out.
    init(roleRows: [[String?]], databaseRows: [[String?]]) {
        let flagColumns: [RoleOption.Flag] = [.createdb, .createrole, .inherit, .bypassrls, .replication]
        self.init(
            roles: roleRows.compactMap { row in
                guard row.count == 9, let name = row[0] else { return nil }
                let flags = zip(flagColumns, row[3...7]).filter { $0.1 == "t" }.map(\.0)
                return Role(
                    name: name, verifier: row[1], canLogin: row[2] == "t", flags: Set(flags),
                    connectionLimit: row[8].flatMap { Int32($0) } ?? -1)
            },
            databases: databaseRows.compactMap { row in
                guard row.count == 6, let name = row[0], let owner = row[1] else { return nil }
                return Database(
                    name: name, owner: owner, isInvalid: row[2] == "-2",
                    connectionLimit: row[2].flatMap { Int32($0) } ?? -1, isTemplate: row[3] == "t",
                    allowsConnections: row[4] == "t", isGranted: row[5] == "t")
            })
    }

    private static func libraries(_ list: String) -> [String] {
        list.split(separator: ",").map { $0.filter { $0 != " " && $0 != "\"" } }
    }
}
