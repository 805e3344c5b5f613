internal import PostgresWire
internal import Transport

/// Who has what a statement of ours waits for.
struct LockHolder: Equatable, Sendable, CustomStringConvertible {
    /// 0: a prepared transaction, which is no process.
    var process: Int32
    /// The holder's own words, at most 63 bytes, as Postgres bounds them.
    var application: String
    var role: String
    var state: String

    var description: String {
        guard process > 0 else { return "a prepared transaction" }
        return "pid \(process) (application \(application.debugDescription), role \(role.debugDescription), \(state))"
    }

    private static let shown = 5
    private static let lookAgain: Duration = .milliseconds(50)

    /// PostgreSQL, “pg_blocking_pids”.
    private static func question(_ backend: String) -> String {
        """
        SELECT DISTINCT b.pid, a.application_name, a.usename, a.state \
        FROM pg_catalog.unnest(pg_catalog.pg_blocking_pids(\(SQLText.literal(backend))::pg_catalog.int4)) AS b(pid) \
        LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = b.pid ORDER BY b.pid LIMIT \(shown)
        """
    }

    /// Looks on from a session of its own: who is waited for is known only while somebody waits.
    ///
    /// - Parameter backend: the process of the session that waits.
    /// - Returns: nobody, when nobody was seen within `limit`, or when Postgres could not be asked.
    static func watch(backend: String, of login: AdministratorLogin, limit: Duration) async -> [LockHolder] {
        let seen = try? await TimeLimit.run(limit, "who holds a lock") {
            let session = try await login.open()
            do {
                var holders: [LockHolder] = []
                while holders.isEmpty {
                    holders = try await session.query(question(backend)).compactMap { LockHolder(row: $0) }
                    // Who waits may not be in the queue yet, and nobody tells us when it is. The caller bounds this.
                    if holders.isEmpty { try await Task.sleep(for: lookAgain) }
                }
                await session.close()
                return holders
            } catch {
                await session.close()
                throw error
            }
        }
        return seen ?? []
    }

    private init?(row: [String?]) {
        guard row.count == 4, let process = row[0].flatMap({ Int32($0) }) else { return nil }
        self.process = process
        application = row[1] ?? ""
        role = row[2] ?? ""
        state = row[3] ?? "in an unknown state"
    }
}
