internal import Logging
internal import PostgresWire
internal import Transport

/// What older computes lack and no spec speaks of: each change once, in the order of their numbers, the number noted in
/// the same transaction. The first that fails is the last that is tried.
struct CatalogMigrations: Sendable {
    /// What one number stands for. Numbers are never given anew; one that is of no use any more does nothing.
    struct Migration: Equatable, Sendable {
        var id: Int
        /// `nil`: nothing is said on this server, and the number counts as done.
        var statements: [String]?
    }

    let privileged: String
    let log: Logger

    /// - Parameter version: as `server_version_num`: 150004.
    func migrations(version: Int) -> [Migration] { Self.migrations(privileged, version: version) }

    /// The number of the last there is.
    static let newest = migrations("", version: 0).last?.id ?? 0

    private static func migrations(_ privileged: String, version: Int) -> [Migration] {
        let role = SQLText.identifier(privileged)
        let literal = SQLText.literal(privileged)
        let since16 = version >= 160_000
        let others = """
            DO $x$ DECLARE r text; BEGIN FOR r IN SELECT rolname FROM pg_roles WHERE pg_has_role(rolname, \(literal), 'member') \
            AND rolname <> \(literal) AND NOT rolsuper LOOP EXECUTE format('ALTER ROLE %I INHERIT', r); END LOOP; \
            FOR r IN SELECT rolname FROM pg_roles WHERE NOT pg_has_role(rolname, \(literal), 'member') \
            AND NOT starts_with(rolname, 'pg_') AND rolbypassrls AND NOT rolsuper LOOP \
            EXECUTE format('ALTER ROLE %I NOBYPASSRLS', r); END LOOP; END $x$
            """
        return [
            Migration(id: 1, statements: ["ALTER ROLE \(role) BYPASSRLS"]),
            Migration(id: 2, statements: [others]),
            Migration(id: 3, statements: since16 ? ["GRANT pg_create_subscription TO \(role)"] : nil),
            Migration(id: 4, statements: ["GRANT pg_monitor TO \(role) WITH ADMIN OPTION"]),
            Migration(id: 5, statements: nil), Migration(id: 6, statements: nil), Migration(id: 7, statements: nil),
            Migration(id: 8, statements: nil), Migration(id: 9, statements: nil),
            Migration(
                id: 10,
                statements: since16
                    ? [
                        "GRANT EXECUTE ON FUNCTION pg_export_snapshot TO \(role)",
                        "GRANT EXECUTE ON FUNCTION pg_log_standby_snapshot TO \(role)",
                    ] : nil),
            Migration(id: 11, statements: ["GRANT EXECUTE ON FUNCTION pg_show_replication_origin_status TO \(role)"]),
            Migration(id: 12, statements: ["GRANT pg_signal_backend TO \(role) WITH ADMIN OPTION"]),
        ]
    }

    private static let preparation = """
        CREATE SCHEMA IF NOT EXISTS neon_migration; \
        CREATE TABLE IF NOT EXISTS neon_migration.migration_id (key int PRIMARY KEY DEFAULT 0, id bigint NOT NULL DEFAULT 0); \
        INSERT INTO neon_migration.migration_id VALUES (0, 0) ON CONFLICT DO NOTHING; \
        REVOKE ALL ON SCHEMA neon_migration FROM PUBLIC; REVOKE ALL ON neon_migration.migration_id FROM PUBLIC
        """
    private static let question = """
        SELECT to_regclass('neon_migration.migration_id') IS NOT NULL, current_setting('server_version_num')
        """

    /// What has not been done here; nothing is changed.
    ///
    /// - Returns: also the number of the last that has.
    static func due(
        for privileged: String, over session: PostgresConnection
    ) async throws -> (migrations: [Migration], last: Int) {
        let row = try await session.query(question).first ?? []
        let version = row.last.flatMap { $0 }.flatMap { Int($0) } ?? 0
        let done = row.first == "t" ? try await session.query("SELECT id FROM neon_migration.migration_id") : []
        let last = (done.first?.first ?? nil).flatMap { Int($0) } ?? 0
        return (migrations(privileged, version: version).filter { $0.id > last }, last)
    }

    /// A failure is for the log: the compute is of use without.
    ///
    /// - Returns: the number of the migration that failed.
    @discardableResult
    func run(over session: PostgresConnection) async -> Int? {
        var current = 0
        do {
            let (due, last) = try await Self.due(for: privileged, over: session)
            guard !due.isEmpty else { return nil }
            if last == 0 { _ = try await session.query(Self.preparation) }
            for migration in due {
                current = migration.id
                let note = "UPDATE neon_migration.migration_id SET id = \(migration.id)"
                // One query is one transaction.
                _ = try await session.query(((migration.statements ?? []) + [note]).joined(separator: "; "))
            }
            return nil
        } catch {
            log.error("a migration failed", metadata: ["migration": "\(current)", "error": "\(error)"])
            return current
        }
    }
}
