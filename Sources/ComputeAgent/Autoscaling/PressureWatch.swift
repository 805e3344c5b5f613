internal import Logging

/// Looks at the container's own memory again and again, and tells the lifecycle what the compute would like to be given.
struct PressureWatch: AgentPart {
    let context: AgentContext
    /// Of the cgroup.
    let folder: String
    let interval: Duration

    func run() async {
        guard CgroupReadings.read(folder) != nil else {
            return context.log.warning("no memory of a cgroup v2 to watch", metadata: ["path": "\(folder)"])
        }
        var governor = PressureGovernor()
        var cachedFor: UInt64?
        while !Task.isCancelled {
            if let readings = CgroupReadings.read(folder) {
                if governor.sampled(readings, at: .now) { context.mailbox.send(.scaleWished(governor.wish)) }
                // Whoever changes a container's limit tells nobody beforehand, so the cache follows.
                if let limit = readings.limitBytes, limit != cachedFor, context.board.state == .running,
                    await context.keeper.resizeFileCache(forMemory: limit)
                {
                    cachedFor = limit
                }
            }
            // The pace of the samples: a cgroup mounted read-only lets nobody ask to be woken. Ends with the agent.
            guard (try? await Task.sleep(for: interval)) != nil else { return }
        }
    }
}
