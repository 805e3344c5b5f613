/// Whom the agent tells how much memory its compute needs.
package struct AutoscalingSettings: Equatable, Sendable {
    package enum Audience: Equatable, Sendable {
        /// An autoscaler of virtual machines, which connects here and speaks `vm-monitor`'s protocol.
        case virtualMachine(HostAndPort)
        /// Whoever hears the reports.
        case reports
    }

    package var audience: Audience
    /// The cgroup whose memory counts: in a container, its own.
    package var cgroup = "/sys/fs/cgroup"
    /// For reports, from one look to the next.
    package var interval: Duration = .milliseconds(500)

    package init(_ audience: Audience) {
        self.audience = audience
    }

    func part(_ context: AgentContext) -> any AgentPart {
        switch audience {
        case .virtualMachine(let address): MonitorServer(context: context, address: address, folder: cgroup)
        case .reports: PressureWatch(context: context, folder: cgroup, interval: interval)
        }
    }
}
