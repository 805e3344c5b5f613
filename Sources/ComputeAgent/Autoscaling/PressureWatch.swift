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
        while !Task.isCancelled {
            if let readings = CgroupReadings.read(folder), governor.sampled(readings, at: .now) {
                context.mailbox.send(.scaleWished(governor.wish))
            }
            // The pace of the samples: a cgroup mounted read-only lets nobody ask to be woken. Ends with the agent.
            guard (try? await Task.sleep(for: interval)) != nil else { return }
        }
    }
}
