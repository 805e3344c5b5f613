internal import Synchronization
package import Telemetry

/// The drain's series. All are there from the start, so that a dashboard has zeros and not gaps.
package struct DrainMetrics: Sendable {
    private let phases: [DrainMachine.Phase: Gauge]
    private let waiting: [DrainTurns.Waiting: Gauge]
    private let ended: [DrainTurns.Ending: Counter]

    package init(registry: MetricRegistry) {
        phases = Self.series(DrainMachine.Phase.allCases) { phase in
            registry.gauge(
                "sidecar_drain_phase", help: "1 for the phase that this proxy's drain is in.",
                labels: [("phase", phase.rawValue)])
        }
        waiting = Self.series(DrainTurns.Waiting.allCases) { waiting in
            registry.gauge(
                "sidecar_drain_sessions", help: "Sessions that a drain waits for, by what they wait for.",
                labels: [("waiting_for", waiting.rawValue)])
        }
        ended = Self.series(DrainTurns.Ending.allCases) { ending in
            registry.counter(
                "sidecar_drain_ended_sessions_total", help: "Sessions that ended in a drain, by how.",
                labels: [("how", ending.rawValue)])
        }
        phases[.serving]?.set(1)
    }

    func report(_ progress: DrainProgress, after before: DrainProgress) {
        for (phase, gauge) in phases { gauge.set(phase == progress.phase ? 1 : 0) }
        for (waiting, gauge) in waiting { gauge.set(progress.waiting[waiting, default: 0]) }
        for (ending, counter) in ended {
            counter.add(progress.ended[ending, default: 0] - before.ended[ending, default: 0])
        }
    }

    private static func series<Key: Hashable, Metric>(
        _ keys: [Key], _ make: (Key) -> Metric
    ) -> [Key: Metric] {
        Dictionary(uniqueKeysWithValues: keys.map { ($0, make($0)) })
    }
}
