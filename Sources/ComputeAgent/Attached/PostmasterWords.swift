internal import Glibc
internal import PostgresWire

/// What a Postgres that cannot be seen is asked over a superuser's session: it signals its own postmaster, in its own
/// container, through `COPY … TO PROGRAM`. PostgreSQL manual, “COPY”; it needs a shell there and nothing else.
enum PostmasterWords {
    /// One row: the postmaster's process id, as its own container counts, and when it was started.
    static let identity = """
        SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1), \
        extract(epoch FROM pg_postmaster_start_time())::text
        """

    /// - Parameter identifier: from `identity`.
    /// - Returns: `nil` for a signal that a postmaster is not sent.
    static func command(for signal: Int32, to identifier: Int32) -> String? {
        guard let name = names[signal], identifier > 1 else { return nil }
        return "COPY (SELECT 1) TO PROGRAM " + SQLText.literal("cat >/dev/null && kill -\(name) \(identifier)")
    }

    /// Not those that stop it or let it go on: a postmaster that stands still must be woken by somebody who can see it.
    private static let names: [Int32: String] = [SIGTERM: "TERM", SIGINT: "INT", SIGQUIT: "QUIT", SIGHUP: "HUP"]
}
