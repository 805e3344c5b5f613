internal import Logging

extension PostgresProcess {
    /// Between two looks whether a process that is not our child still runs.
    private static let lookAgain: Duration = .milliseconds(100)

    /// Takes over a Postgres that an earlier agent started. Its end is noticed a moment later than a child's, with which
    /// code stays unknown, and its log cannot be read until the next start.
    static func adopt(_ mark: AdoptionMark, log: Logger) -> PostgresProcess {
        let process = PostgresProcess(log: log, adopted: mark.process)
        // Like that of a child, it ends when the process does, which somebody always waits for.
        Task {
            while mark.isAlive { try? await Task.sleep(for: lookAgain) }
            process.finish(.unknown("it ended; an earlier agent had started it"))
        }
        return process
    }
}
