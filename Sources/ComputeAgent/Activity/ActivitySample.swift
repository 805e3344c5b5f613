internal import PostgresWire

/// One look at who is being served.
package struct ActivitySample: Equatable, Sendable {
    /// Client sessions that are not idle, the agent's own not counted. “Idle in transaction” is not idle.
    package var busySessions: Int
    /// When the last of the present sessions changed its state; `nil` without sessions. Microseconds of Unix time.
    package var newestStateChangeMicros: Int64?
    /// Without the one by which a compute writes its log to safekeepers.
    package var walSenders: Int
    /// How many sessions there have ever been; shows those that came and went between two looks.
    package var sessionsEver: Int64
    /// How many of those are the agent's own; one that has just begun may be among them before it is among all.
    package var ownSessionsEver: Int64 = 0
    /// Workers of logical subscriptions.
    package var subscriptionWorkers = 0
    package var preparedTransactions = 0
    package var autovacuumWorkers = 0
    /// Background workers that are not PostgreSQL's own, and at work.
    package var backgroundWorkers = 0
    /// Without ``AgentRight/sessions`` nothing of the above is known.
    package var missingRights: Set<AgentRight> = []

    package init(busySessions: Int, newestStateChangeMicros: Int64?, walSenders: Int, sessionsEver: Int64) {
        self.busySessions = busySessions
        self.newestStateChangeMicros = newestStateChangeMicros
        self.walSenders = walSenders
        self.sessionsEver = sessionsEver
    }

    /// - Returns: `nil` when nothing is at work.
    package func reason(by policy: ActivityPolicy) -> ActivityReason? {
        if busySessions > 0 { return .client }
        if walSenders > 0 { return .walSender }
        if subscriptionWorkers > 0 { return .logicalSubscription }
        if preparedTransactions > 0 { return .preparedTransaction }
        if autovacuumWorkers > 0, policy.countsAutovacuum { return .autovacuum }
        return backgroundWorkers > 0 ? .backgroundWorker : nil
    }

    /// What PostgreSQL calls its own processes (`pg_stat_activity.backend_type`).
    private static let ownProcesses = [
        "client backend", "walsender", "autovacuum launcher", "autovacuum worker", "logical replication launcher",
        "logical replication worker", "logical replication apply worker", "logical replication parallel worker",
        "logical replication tablesync worker", "parallel worker", "background writer", "checkpointer", "archiver",
        "startup", "walreceiver", "walwriter", "walsummarizer", "slotsync worker", "io worker",
    ]

    /// Times as numbers since the epoch: a printed time would hang on the session's time zone. A session without a state
    /// (tracking switched off) counts as busy, for it may be.
    static func query(ignoring roles: [String]) -> String {
        let ours = ([CatalogName.administrator] + roles).map(SQLText.literal).joined(separator: ", ")
        let own = ownProcesses.map(SQLText.literal).joined(separator: ", ")
        let client = "a.backend_type = 'client backend' AND coalesce(a.usename::text, '') NOT IN (\(ours))"
        return """
            SELECT count(*) FILTER (WHERE \(client) AND a.state IS DISTINCT FROM 'idle'), \
            (extract(epoch FROM max(a.state_change) FILTER (WHERE \(client))) * 1000000)::bigint, \
            (SELECT count(*) FROM pg_stat_replication WHERE application_name IS DISTINCT FROM 'walproposer'), \
            (SELECT sum(sessions) FROM pg_stat_database), \
            (SELECT count(*) FROM pg_stat_subscription WHERE pid IS NOT NULL), \
            (SELECT count(*) FROM pg_prepared_xacts), \
            count(*) FILTER (WHERE a.backend_type = 'autovacuum worker'), \
            count(*) FILTER (WHERE a.backend_type NOT IN (\(own)) AND a.state <> 'idle'), \
            \(AgentRight.columns) FROM pg_stat_activity a WHERE a.pid <> pg_backend_pid()
            """
    }

    /// - Returns: `nil` for a row of another shape, which means unknown.
    package init?(row: [String?]) {
        guard row.count == 8 + AgentRight.allCases.count else { return nil }
        let counts = [0, 2, 4, 5, 6, 7].compactMap { row[$0].flatMap { Int($0) } }
        guard counts.count == 6, let ever = row[3].flatMap({ Int64($0) }) else { return nil }
        self.init(
            busySessions: counts[0], newestStateChangeMicros: row[1].flatMap { Int64($0) }, walSenders: counts[1],
            sessionsEver: ever)
        (subscriptionWorkers, preparedTransactions) = (counts[2], counts[3])
        (autovacuumWorkers, backgroundWorkers) = (counts[4], counts[5])
        missingRights = Set(zip(AgentRight.allCases, row[8...]).filter { $1 != "t" }.map(\.0))
    }
}
