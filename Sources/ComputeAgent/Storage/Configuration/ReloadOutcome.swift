internal import Transport

/// What the running Postgres made of its files, as it says itself. PostgreSQL, “pg_file_settings”, “pg_settings”.
struct ReloadOutcome: Equatable, Sendable {
    /// Lines that it could not use, with the reason.
    var problems: [String] = []
    /// Settings whose new value waits for a restart.
    var pendingRestart: [String] = []

    /// What only a restart can change is reported as an error here too, so those settings are left out.
    private static let problemsQuery = """
        SELECT coalesce(f.name || ': ', '') || f.error || ' (line ' || f.sourceline || ')' \
        FROM pg_catalog.pg_file_settings f WHERE f.error IS NOT NULL AND NOT EXISTS \
        (SELECT FROM pg_catalog.pg_settings s WHERE s.name = pg_catalog.lower(f.name) AND s.context = 'postmaster') \
        UNION ALL SELECT h.error || ' (pg_hba.conf, line ' || h.line_number || ')' \
        FROM pg_catalog.pg_hba_file_rules h WHERE h.error IS NOT NULL
        """
    private static let pendingQuery =
        "SELECT s.name FROM pg_catalog.pg_settings s WHERE s.pending_restart ORDER BY s.name"
    private static let loadTimeQuery = "SELECT pg_catalog.pg_conf_load_time()"
    private static let lookAgain: Duration = .milliseconds(5)

    /// Reads the files as they are now, whether or not they have been loaded.
    static func problems(_ session: PostgresConnection) async throws -> [String] {
        try await session.query(problemsQuery).compactMap { $0.first ?? nil }
    }

    static func pendingRestart(_ session: PostgresConnection) async throws -> [String] {
        try await session.query(pendingQuery).compactMap { $0.first ?? nil }
    }

    /// - Returns: once the session itself has loaded the files again, what came of it.
    static func read(
        _ session: PostgresConnection, after reload: @Sendable () -> Void
    ) async throws -> ReloadOutcome {
        let before = try await session.query(loadTimeQuery)
        reload()
        // Postgres reads its files some time after the signal, and says so nowhere else. The caller limits this.
        while try await session.query(loadTimeQuery) == before { try await Task.sleep(for: lookAgain) }
        return ReloadOutcome(
            problems: try await problems(session), pendingRestart: try await pendingRestart(session))
    }
}
