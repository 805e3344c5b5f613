internal import SidecarAPI

extension ComputeNews {
    /// - Returns: `nil` for what other control planes need not know.
    init?(_ transition: ReportV1.Transition, _ report: AgentReport) {
        guard let version = transition.version else { return nil }
        let phase: Phase
        var location: ComputeLocation?
        switch transition.state {
        case .running:
            phase = .running
            if case .serving(let place) = report.phase { location = place }
        case .terminationPendingFast, .terminationPendingImmediate: phase = .ending
        case .terminated: phase = .ended
        case .failed: phase = .failed
        // Of a first start nobody needs to know.
        case .empty, .`init`: phase = .restarting
        // Of one that serves.
        case .configurationPending, .configuration, .refreshConfigurationPending, .refreshConfiguration, .unspecified,
            .unrecognized:
            return nil
        }
        self.init(
            generation: version.generation, sequence: version.sequence, phase: phase, location: location,
            error: report.error)
    }
}
