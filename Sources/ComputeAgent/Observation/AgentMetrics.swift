internal import GRPCLite
internal import Synchronization
package import Telemetry
internal import Transport

/// What one agent counts: its own series, and the plain numbers of `/metrics.json`.
package final class AgentMetrics: Sendable {
    /// What `/metrics` shows. Other parts add their series.
    package let registry = MetricRegistry()
    /// What proxies, control planes and pageservers do when this agent calls them.
    let serverOffences: OffenceCounters
    private let phases: [StartupPhase: Histogram]
    private let states: [ComputeState: Gauge]
    private let refreshCalls: Counter
    private let rights: [AgentRight: Gauge]
    private let downtime: Gauge
    private let downtimeTotal: Counter
    private let startup = Mutex<[String: Int64]>([:])
    private let silence = Mutex(Downtime())
    private let attachment = Mutex<Gauge?>(nil)
    private let extensions = Mutex<[InstalledExtension: Gauge]>([:])
    private let began = ContinuousClock.now
    private let configured = Mutex(ContinuousClock.now)

    /// From a millisecond to five minutes, which a first start over a slow network may take.
    private static let phaseBuckets = [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

    /// Series of extensions, which are as many as there are versions of files on the machine.
    private static let extensionLimit = 1000

    package init() {
        let registry = self.registry
        registry.showBuild()
        serverOffences = OffenceCounters(registry, of: .server)
        phases = Dictionary(
            uniqueKeysWithValues: StartupPhase.allCases.map { phase in
                let histogram = registry.histogram(
                    "sidecar_agent_startup_phase_seconds", help: "How long each phase of a start took.",
                    buckets: Self.phaseBuckets, labels: [("phase", phase.label)])
                return (phase, histogram)
            })
        states = Dictionary(
            uniqueKeysWithValues: ComputeState.allCases.map { state in
                let gauge = registry.gauge(
                    "compute_ctl_up", help: "1 for the state that the compute is in.",
                    labels: [("status", state.rawValue.replacing("_", with: "-"))])
                return (state, gauge)
            })
        rights = Dictionary(
            uniqueKeysWithValues: AgentRight.allCases.map { right in
                let gauge = registry.gauge(
                    "sidecar_agent_right_missing", help: "1 for a right that the agent's role at its Postgres lacks.",
                    labels: [("right", right.rawValue)])
                return (right, gauge)
            })
        refreshCalls = registry.counter(
            "pg_cctl_pagestream_request_errors_total", help: "Calls of /refresh_configuration.")
        downtime = registry.gauge(
            "compute_pg_current_downtime_ms", help: "For how long Postgres has not answered the agent, now.")
        downtimeTotal = registry.counter(
            "compute_pg_downtime_ms_total", help: "For how long Postgres has not answered the agent, in all.")
        states[.empty]?.set(1)
    }

    func note(_ transition: Transition) {
        for (known, gauge) in states { gauge.set(known == transition.state ? 1 : 0) }
        let now = ContinuousClock.now
        switch (transition.previousState, transition.state) {
        case (.empty, .configurationPending):
            record(.waitForSpec, now - began)
            configured.withLock { $0 = now }
        case (.`init`, .running):
            record(.total, now - configured.withLock { $0 })
        default: break  // No phase begins or ends with the other steps.
        }
    }

    /// After each look of the monitor's.
    func noteLook(answered: Bool) {
        let (current, added) = silence.withLock { silence in
            silence.looked(answered: answered, at: ContinuousClock.now)
        }
        downtime.set(Int(current / .milliseconds(1)))
        downtimeTotal.add(Int(added / .milliseconds(1)))
    }

    func refreshCalled() { refreshCalls.add() }

    func missing(_ missing: [AgentRight]) {
        for (right, gauge) in rights { gauge.set(missing.contains(right) ? 1 : 0) }
    }

    func httpRequest(_ route: String, status: Int) {
        registry.counter(
            "sidecar_agent_http_requests_total", help: "Answers of the agent's HTTP interface.",
            labels: [("route", route), ("status", "\(status)")]
        ).add()
    }

    /// One question to the control plane. - Parameter status: the HTTP status, or a word for why there was none.
    func controlPlaneRequest(_ call: String, status: String) {
        registry.counter(
            "compute_ctl_cplane_requests_total", help: "Questions to the control plane over HTTP.",
            labels: [("rpc", call), ("http_status", status)]
        ).add()
    }

    func migrationFailed(_ number: Int) {
        registry.counter(
            "compute_ctl_db_migration_failed_total", help: "Migrations of the catalog that failed.",
            labels: [("migration_id", "\(number)")]
        ).add()
    }

    /// - Parameter start: of which of the compute's starts this is.
    func attached(computeID: String, start: UInt64, to spec: ComputeSpec) {
        let gauge = registry.gauge(
            "pg_cctl_attached", help: "1 for the timeline that this compute serves.",
            labels: [
                ("pg_compute_id", computeID), ("pg_instance_id", "\(start)"), ("tenant_id", spec.tenantID ?? ""),
                ("timeline_id", spec.timelineID ?? ""),
            ])
        attachment.withLock { former in
            former?.set(0)
            former = gauge
            gauge.set(1)
        }
    }

    /// In how many databases each extension is. What is nowhere any more stays with zero.
    func installed(_ census: [InstalledExtension: Int]) {
        extensions.withLock { known in
            for gauge in known.values { gauge.set(0) }
            for (found, databases) in census {
                guard known[found] != nil || known.count < Self.extensionLimit else { continue }
                let gauge = registry.gauge(
                    "compute_installed_extensions", help: "In how many databases an extension is installed.",
                    labels: [
                        ("extension_name", found.name), ("version", found.version),
                        ("owned_by_superuser", found.isOwnedBySuperuser ? "1" : "0"),
                    ])
                gauge.set(databases)
                known[found] = gauge
            }
        }
    }

    // MARK: Starting

    func record(_ phase: StartupPhase, _ duration: Duration) {
        phases[phase]?.record(duration)
        note(phase.rawValue, Int64(duration / .milliseconds(1)))
    }

    /// A number of the last start that is no duration in milliseconds: bytes, counts, microseconds.
    func note(_ name: String, _ value: Int64) {
        startup.withLock { $0[name] = value }
    }

    /// What the storage says of the steps that it did.
    func note(_ figures: StorageFigures.Values) {
        record(.safekeeperCheck, figures.safekeeperCheck)
        record(.safekeeperSync, figures.safekeeperSync)
        record(.basebackup, figures.basebackup)
        note("pageserver_connect_micros", Int64(figures.pageserverFirstBytes / .microseconds(1)))
        note("basebackup_bytes", Int64(figures.basebackupBytes))
    }

    func time<Value>(
        _ phase: StartupPhase, isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> Value
    ) async rethrows -> Value {
        let start = ContinuousClock.now
        defer { record(phase, ContinuousClock.now - start) }
        return try await work()
    }

    /// Every name is there; zero is what has not been done.
    var startupNumbers: [String: Int64] {
        let others = [
            "pageserver_connect_micros", "basebackup_bytes", "num_ext_downloaded", "largest_ext_size",
            "total_ext_download_size",
        ]
        let zeros = (StartupPhase.allCases.map(\.rawValue) + others).map { ($0, Int64(0)) }
        let known = startup.withLock { $0 }
        return Dictionary(uniqueKeysWithValues: zeros).merging(known) { _, known in known }
    }
}
