internal import Logging
internal import Telemetry

/// Finds where a primary's log ends: by asking, where all agree, and by an election else.
struct LogEnd: Sendable {
    let check: SafekeeperCheck
    let sync: SafekeeperSync
    let log: Logger

    /// Elections at a start, each after a check of its own.
    static let attempts = 5
    /// Before the attempt with this number, from 0: the second follows at once.
    static func pause(before attempt: Int) -> Duration {
        guard attempt > 1 else { return .zero }
        var pause = 1.0
        for _ in 1..<attempt { pause *= 1.1 }
        return .seconds(min(pause, 3))
    }

    /// How it went, for the figures of a start.
    struct Outcome: Sendable {
        var lsn: LSN
        var checkTook: Duration
        /// Zero when asking was enough.
        var syncTook: Duration = .zero
    }

    /// For a start.
    ///
    /// - Parameter folder: of the program's configuration file.
    func find(in folder: String) async throws -> Outcome {
        var last: any Error = CancellationError()
        for attempt in 0..<Self.attempts {
            // From one attempt to the next, for safekeepers that come back; none before the first.
            try await Task.sleep(for: Self.pause(before: attempt))
            do {
                return try await findOnce(in: folder)
            } catch {
                try Task.checkCancellation()
                log.warning(
                    "safekeepers are not in order", metadata: ["attempt": "\(attempt + 1)", "error": "\(error)"])
                last = error
            }
        }
        throw last
    }

    private func findOnce(in folder: String) async throws -> Outcome {
        let began = ContinuousClock.now
        let verdict = await check.judge()
        let checkTook = began.duration(to: .now)
        switch verdict {
        case .agreed(let lsn):
            log.info("the safekeepers agree", metadata: ["lsn": "\(lsn)"])
            return Outcome(lsn: lsn, checkTook: checkTook)
        case .undecided(let reason):
            try Task.checkCancellation()
            log.info("the safekeepers do not agree yet: \(reason)")
            let lsn = try await sync.run(in: folder)
            log.info("the safekeepers are synchronized", metadata: ["lsn": "\(lsn)"])
            return Outcome(lsn: lsn, checkTook: checkTook, syncTook: began.duration(to: .now) - checkTook)
        }
    }
}
