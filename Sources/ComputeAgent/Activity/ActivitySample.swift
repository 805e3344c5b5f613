internal import PostgresWire

/// One look at who is being served.
package struct ActivitySample: Equatable, Sendable {
    /// Client sessions that are not idle, the agent's own not counted. “Idle in transaction” is not idle.
    package var busySessions: Int
    /// When the last of the present sessions changed its state; `nil` without sessions. Microseconds of Unix time.
    package var newestStateChangeMicros: Int64?
    package var walSenders: Int
    /// How many sessions there have ever been; shows those that came and went between two looks.
    package var sessionsEver: Int64

    package init(busySessions: Int, newestStateChangeMicros: Int64?, walSenders: Int, sessionsEver: Int64) {
        self.busySessions = busySessions
        self.newestStateChangeMicros = newestStateChangeMicros
        self.walSenders = walSenders
        self.sessionsEver = sessionsEver
    }

    /// Times as numbers since the epoch: a printed time would hang on the session's time zone. A session without a state
    /// (tracking switched off) counts as busy, for it may be.
    static let query = """
        SELECT count(*) FILTER (WHERE a.state IS DISTINCT FROM 'idle'), \
        (extract(epoch FROM max(a.state_change)) * 1000000)::bigint, \
        (SELECT count(*) FROM pg_stat_replication), \
        (SELECT sum(sessions) FROM pg_stat_database) \
        FROM pg_stat_activity a WHERE a.backend_type = 'client backend' AND a.pid <> pg_backend_pid() \
        AND a.usename IS DISTINCT FROM '\(CatalogName.administrator)'
        """

    /// - Returns: `nil` for a row of another shape, which means unknown.
    package init?(row: [String?]) {
        guard row.count == 4, let busy = row[0].flatMap({ Int($0) }), let senders = row[2].flatMap({ Int($0) }),
            let ever = row[3].flatMap({ Int64($0) })
        else { return nil }
        self.init(
            busySessions: busy, newestStateChangeMicros: row[1].flatMap { Int64($0) }, walSenders: senders,
            sessionsEver: ever)
    }
}
