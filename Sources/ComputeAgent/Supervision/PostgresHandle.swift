/// One running Postgres, whoever started it.
protocol PostgresHandle: Sendable {
    /// The postmaster's process id here; 0 when it cannot be seen from here.
    var identifier: Int32 { get }
    var exited: PostgresExit? { get }
    /// Whether the agent answers for its processes, so that it ends those which do not end by themselves.
    var isOurs: Bool { get }

    /// - Returns: `nil` only when the waiting task was cancelled.
    func waitForExit() async -> PostgresExit?
    /// - Returns: `nil` when it still runs after `limit`.
    func waitForExit(atMost limit: Duration) async -> PostgresExit?
    /// Does nothing when it has ended. Signals arrive in the order in which they are sent.
    func send(_ signal: Int32)
}
