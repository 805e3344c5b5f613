internal import ComputeAgent
package import FleetSimulation

/// What a run is made of. Everything else follows from the fleet's seed.
package struct ReportConfiguration: Sendable {
    package var fleet: FleetConfiguration
    /// Endpoints, an agent each.
    package var agents = 8
    package var mistake: Mistake?
    /// How likely an agent is killed while it tells one transition.
    package var killShare = 0.05
    /// Instead: agent n is killed at report `kills[n].report`, counted from 1, at that point.
    package var kills: [(report: Int, point: KillPoint)] = []
    /// Between two things that an agent does.
    package var pace: Span = .milliseconds(250)
    /// Mean time between two cuts of one agent's network; zero for none.
    package var cutInterval: Span = .zero
    /// Zero: nobody dials.
    package var dialInterval: Span = .milliseconds(20)

    package init(fleet: FleetConfiguration) {
        self.fleet = fleet
    }

    /// What an agent whose end is planned lives through until then: one report each.
    static func plainLife(at micros: Int64) -> [LifecycleEvent] {
        [
            .configureRequested, .startupBegan, .configurationApplied,
            .activityObserved(.active(lastActiveMicros: micros)), .configureRequested, .reconfigurationBegan,
            .configurationApplied, .terminateRequested(.fast, reason: "asked to"),
            .shutdownCompleted(.at(LSN(UInt64(micros)))),
        ]
    }
}

package struct ReportStatistics: Equatable, Sendable {
    package var transitions = 0
    package var kills = 0
    package var generations = 0
    package var brokenStreams = 0
    package var dials = 0
    package var failedDials = 0

    package static let none = ReportStatistics()

    package static func + (left: ReportStatistics, right: ReportStatistics) -> ReportStatistics {
        ReportStatistics(
            transitions: left.transitions + right.transitions, kills: left.kills + right.kills,
            generations: left.generations + right.generations, brokenStreams: left.brokenStreams + right.brokenStreams,
            dials: left.dials + right.dials, failedDials: left.failedDials + right.failedDials)
    }
}
