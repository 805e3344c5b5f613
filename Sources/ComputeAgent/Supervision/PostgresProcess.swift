internal import Logging
internal import Subprocess
internal import Synchronization
internal import Telemetry

/// One running Postgres, the agent's child. Its end is noticed at once, whoever caused it.
final class PostgresProcess: PostgresHandle {
    private struct Words {
        var lastComplaint: String?
        var isServing = false
        var level = Logger.Level.info
    }

    private let started = Latch<Int32?>()
    private let exit = Latch<PostgresExit>()
    private let words = Mutex(Words())
    private let log: Logger

    private init(log: Logger) {
        self.log = log
    }

    /// One that runs already, and is not our child.
    init(log: Logger, adopted identifier: Int32) {
        self.log = log
        started.set(identifier)
    }

    /// Starts `postgres -D directory`.
    ///
    /// - Parameters:
    ///   - token: for storage that is elsewhere; Postgres reads it from its environment.
    ///   - cgroup: where its memory is to be counted; `nil`: where the agent's is.
    /// - Throws: `PostgresStartFailure` when it could not even be started. One that starts and then refuses is told by
    ///   `waitForExit`.
    static func launch(
        _ binaries: PostgresBinaries, in directory: DataDirectory, runningAs user: SystemUser?,
        token: Secret<String>? = nil, in cgroup: PostgresCgroup? = nil, log: Logger
    ) async throws -> PostgresProcess {
        let before = try cgroup?.words() ?? []
        let process = PostgresProcess(log: log)
        // The child outlives the task that launches it, and ends when the process does: whoever launched it waits for
        // that through `waitForExit`, on every path.
        Task { await process.supervise(binaries, directory, user, token, before) }
        guard let identifier = await process.started.wait(), identifier != nil else {
            throw PostgresStartFailure(description: process.exit.value?.description ?? "start was cancelled")
        }
        return process
    }

    var identifier: Int32 { (started.value ?? nil) ?? 0 }
    var exited: PostgresExit? { exit.value }
    var isOurs: Bool { true }

    /// Clients are served from now on, and theirs are most complaints from now on: only the postmaster's own still count
    /// as a reason for its end.
    func noteServing() {
        words.withLock { $0.isServing = true }
    }

    /// - Returns: `nil` only when the waiting task was cancelled.
    func waitForExit() async -> PostgresExit? { await exit.wait() }

    /// - Returns: `nil` when it still runs after `limit`.
    func waitForExit(atMost limit: Duration) async -> PostgresExit? { await exit.wait(atMost: limit) }

    /// Does nothing when it has ended: the identifier may then be somebody else's.
    func send(_ signal: Int32) {
        guard exit.value == nil, identifier > 1 else { return }
        ProcessTable.send(signal, to: identifier)
    }

    private func supervise(
        _ binaries: PostgresBinaries, _ directory: DataDirectory, _ user: SystemUser?, _ token: Secret<String>?,
        _ before: [String]
    ) async {
        do {
            let result = try await run(
                binaries.configuration(
                    "postgres", ["-D", directory.path], runningAs: user,
                    environment: token.map { [SafekeeperSync.tokenVariable: $0.reveal()] } ?? [:], before: before),
                input: .none,
                output: .sequence, error: .combinedWithOutput
            ) { execution in
                started.set(execution.processIdentifier.value)
                await pump(execution.standardOutput)
            }
            switch result.terminationStatus {
            case .exited(let code): finish(.exited(code))
            case .signaled(let number): finish(.signalled(number))
            }
        } catch {
            finish(.unknown("\(error)"))
        }
    }

    func finish(_ status: PostgresExit.Status) {
        exit.set(PostgresExit(status: status, lastComplaint: words.withLock { $0.lastComplaint }))
        started.set(nil)
    }

    /// Ends with the stream. Reading fails when the process ended but a child of its own still holds the pipe; that is
    /// an end like any other.
    private func pump(_ output: SubprocessOutputSequence) async {
        var lines = LineSplitter()
        do {
            for try await chunk in output {
                let bytes = chunk.bytes.withUnsafeBytes { Array($0) }
                for line in lines.take(bytes) { note(line) }
            }
        } catch {
            log.debug("reading Postgres's log ended", metadata: ["error": "\(error)"])
        }
        if let rest = lines.flush() { note(rest) }
    }

    private func note(_ text: String) {
        let line = words.withLock { words in
            let line = PostgresLogLine(text, after: words.level)
            words.level = line.level
            return line
        }
        log.log(level: line.level, "PG: \(line.text)")
        noteComplaint(in: text)
    }

    private func noteComplaint(in line: String) {
        if let complaint = PostgresExit.complaint(in: line) {
            words.withLock { words in
                if !words.isServing || line.contains("[\(identifier)]") { words.lastComplaint = complaint }
            }
        }
    }
}

/// Postgres could not be started.
struct PostgresStartFailure: Error, CustomStringConvertible {
    var description: String
}
