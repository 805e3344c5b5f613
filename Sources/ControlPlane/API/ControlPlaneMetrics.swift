package import GRPCLite
package import Telemetry
internal import Transport

/// What the control plane counts.
package struct ControlPlaneMetrics: Sendable {
    /// How a wake request ended.
    package enum WakeOutcome: String, CaseIterable, Sendable {
        case ready
        case failed
        /// The asker waited for as long as it may.
        case timeout
        case notFound = "not_found"
    }

    package let registry: MetricRegistry
    /// What agents and proxies do when this control plane calls them.
    package let serverOffences: OffenceCounters
    package let startsRunning: Counter
    package let startsFailed: Counter
    private let wakes: [WakeOutcome: Counter]

    package init(_ registry: MetricRegistry) {
        self.registry = registry
        registry.showBuild()
        serverOffences = OffenceCounters(registry, of: .server)
        let starts = { (outcome: String) in
            registry.counter(
                "sidecar_compute_starts_total", help: "Computes that this control plane started.",
                labels: [("outcome", outcome)])
        }
        startsRunning = starts("running")
        startsFailed = starts("failed")
        wakes = Dictionary(
            uniqueKeysWithValues: WakeOutcome.allCases.map { outcome in
                let counter = registry.counter(
                    "sidecar_control_plane_wake_requests_total",
                    help: "Wake requests that this control plane answered.",
                    labels: [("outcome", outcome.rawValue)])
                return (outcome, counter)
            })
    }

    func wakeRequest(_ outcome: WakeOutcome) { wakes[outcome]?.add() }
}
