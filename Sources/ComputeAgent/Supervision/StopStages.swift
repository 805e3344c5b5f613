internal import Glibc
internal import Logging

/// How Postgres is stopped: smart, where there is time for that, then fast, then immediate, then by force.
struct StopStages {
    private let stages: [(signal: Int32, limit: Duration)]
    private let forceLimit: Duration

    init(_ configuration: AgentConfiguration, _ mode: StopMode) {
        let all: [(signal: Int32, limit: Duration)] = [
            (SIGTERM, configuration.smartStopLimit), (SIGINT, configuration.fastStopLimit),
            (SIGQUIT, configuration.immediateStopLimit),
        ]
        stages = all.filter { $0.limit > .zero && (mode == .fast || $0.signal == SIGQUIT) }
        forceLimit = configuration.immediateStopLimit
    }

    /// - Returns: whether Postgres ended without force.
    func end(_ process: any PostgresHandle, log: Logger) async -> Bool {
        for stage in stages {
            guard process.exited == nil else { break }
            process.send(stage.signal)
            process.send(SIGCONT)  // It may stand still, behind our own shut door or by somebody else's hand.
            if await process.waitForExit(atMost: stage.limit) != nil { break }
            log.warning("postgres does not stop", metadata: ["signal": "\(stage.signal)"])
        }
        guard process.exited == nil else { return true }
        guard process.isOurs else {
            log.error("the attached postgres does not stop; whoever started it must end it")
            return false
        }
        process.send(SIGKILL)
        _ = await process.waitForExit(atMost: forceLimit)
        return false
    }
}
