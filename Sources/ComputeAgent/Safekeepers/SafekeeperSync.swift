internal import Glibc
internal import Logging
internal import Subprocess
internal import Synchronization
internal import Telemetry

/// Synchronizes the safekeepers by an election: runs `postgres --sync-safekeepers`, or a program that does the same.
///
/// It cuts off whichever primary still writes, so it is for a primary alone.
struct SafekeeperSync: Sendable {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    let binaries: PostgresBinaries
    /// Absolute path. `nil`: the `postgres` of `binaries`.
    let program: String?
    let token: Secret<String>?
    let user: SystemUser?
    /// How long it may take.
    let limit: Duration
    /// It may need as much memory as Postgres, and is counted like it.
    let cgroup: PostgresCgroup?
    let log: Logger

    /// Where the original looks for the token of storage.
    static let tokenVariable: Environment.Key = "NEON_AUTH_TOKEN"
    /// Between the polite signal and the last one, when the start is called off or the limit has passed.
    private static let teardownLimit: Duration = .seconds(5)

    /// - Parameter folder: holds a `postgresql.conf`, where the program finds tenant, timeline and safekeepers.
    /// - Returns: where the log ends. When the task is cancelled, the program is told to end, and has ended.
    func run(in folder: String) async throws -> LSN {
        try await TimeLimit.run(limit, "--sync-safekeepers") { try await runProgram(in: folder) }
    }

    private func runProgram(in folder: String) async throws -> LSN {
        var environment: [Environment.Key: String] = ["PGDATA": folder]
        if let token { environment[Self.tokenVariable] = token.reveal() }
        var configuration = binaries.configuration(
            program ?? "postgres", ["--sync-safekeepers"], runningAs: user, environment: environment,
            before: try cgroup?.words() ?? [])
        configuration.platformOptions.teardownSequence = [
            .gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: Self.teardownLimit)
        ]
        let log = log
        let lastWords = Mutex("")
        let result = try await Subprocess.run(
            configuration, input: .none, output: .string(limit: SyncOutput.byteLimit), error: .sequence
        ) { execution in
            log.info("synchronizing the safekeepers", metadata: ["pid": "\(execution.processIdentifier.value)"])
            var lines = LineSplitter()
            for try await chunk in execution.standardError {
                for line in lines.take(chunk.bytes.withUnsafeBytes({ Array($0) })) {
                    lastWords.withLock { $0 = line }
                    log.info("sync: \(line)")
                }
            }
        }
        guard case .exited(0) = result.terminationStatus else {
            try Task.checkCancellation()
            throw Failure(
                description: "--sync-safekeepers ended with \(result.terminationStatus): \(lastWords.withLock { $0 })")
        }
        guard let lsn = SyncOutput.lsn(in: result.standardOutput) else {
            throw Failure(description: "--sync-safekeepers printed no LSN")
        }
        return lsn
    }
}
