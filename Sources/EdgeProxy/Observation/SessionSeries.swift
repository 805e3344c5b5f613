internal import Synchronization
internal import Telemetry

/// The series behind `SessionMetrics`, found once: a session counts some twenty times, and looking a series up by its
/// labels costs more than counting. They exist from the start, so that a rate over them is 0 and not absent.
final class SessionSeries: Sendable {
    struct Latency: Hashable {
        var coldStart: String
        var isSuccess: Bool
        var excluded: EdgeMetrics.Excluded
    }

    private static let tcp = [("protocol", "tcp")]
    private static let latencyBuckets: [Double] = (0..<16).map { 0.0005 * Double(1 << $0) }

    let openedClients: Counter
    let closedClients: Counter
    let openedComputes: Counter
    let closedComputes: Counter
    let tlsFailures: Counter
    let wakeWaiters: Gauge
    let wakeFlights: Gauge
    let errors: [EdgeMetrics.ErrorType: Counter]
    let namings: [EdgeMetrics.Naming: Counter]
    let bytes: [EdgeMetrics.Direction: Counter]
    /// Of what is not repeated, and of what is.
    let connectErrors: [[EdgeMetrics.ConnectError: Counter]]
    let states: [EdgeMetrics.ServiceState: Gauge]
    /// These come when there is something to show: they are many, and each has many lines.
    private let latencies = Mutex<[Latency: Histogram]>([:])

    init(_ registry: MetricRegistry) {
        func counter(_ name: String, _ help: String, _ labels: MetricRegistry.Labels = []) -> Counter {
            registry.counter(name, help: help, labels: labels)
        }
        openedClients = counter(
            "proxy_opened_client_connections_total", "Clients that have sent their startup packet.", Self.tcp)
        closedClients = counter(
            "proxy_closed_client_connections_total", "Clients that had sent their startup packet, and are gone.",
            Self.tcp)
        openedComputes = counter("proxy_opened_db_connections_total", "Sessions joined to a compute.", Self.tcp)
        closedComputes = counter(
            "proxy_closed_db_connections_total", "Sessions that were joined to a compute, and are over.", Self.tcp)
        tlsFailures = counter("proxy_tls_handshake_failures", "TLS handshakes of clients that came to nothing.")
        wakeWaiters = registry.gauge("sidecar_wake_waiters", help: "Sessions and members that wait for a wake.")
        wakeFlights = registry.gauge(
            "sidecar_wake_flights", help: "Wakes on their way: asked of a member, or of the control plane.")
        errors = Self.each { type in
            counter(
                "proxy_errors_total", "Sessions that ended in an error, by whose it was.", [("type", type.rawValue)])
        }
        namings = Self.each { naming in
            counter(
                "proxy_accepted_connections_by_sni", "Clients by how they named their endpoint.",
                Self.tcp + [("kind", naming.rawValue)])
        }
        bytes = Self.each { direction in
            counter("proxy_io_bytes", "Bytes relayed, of all endpoints.", [("direction", direction.rawValue)])
        }
        connectErrors = [false, true].map { isRepeated in
            Self.each { error in
                counter(
                    "proxy_connection_failures_breakdown", "Failed connects to computes, by what went wrong.",
                    [("kind", error.rawValue), ("retry", "\(isRepeated)")])
            }
        }
        states = Self.each { state in
            registry.gauge(
                "proxy_service_info", help: "1 for the state that this proxy is in.",
                labels: [("state", state.rawValue)])
        }
        states[.starting]?.set(1)
        registry.showBuild()
    }

    func latency(_ key: Latency, in registry: MetricRegistry) -> Histogram {
        latencies.withLock { latencies in
            if let known = latencies[key] { return known }
            let fresh = Self.latency(key, in: registry)
            latencies[key] = fresh
            return fresh
        }
    }

    private static func latency(_ key: Latency, in registry: MetricRegistry) -> Histogram {
        registry.histogram(
            "proxy_compute_connection_latency_seconds",
            help: "From accept to the compute's ReadyForQuery, without what is excluded.", buckets: latencyBuckets,
            labels: tcp + [
                ("cold_start_info", key.coldStart), ("outcome", key.isSuccess ? "success" : "failed"),
                ("excluded", key.excluded.rawValue),
            ])
    }

    private static func each<Key: CaseIterable & Hashable, Series>(_ make: (Key) -> Series) -> [Key: Series] {
        Dictionary(uniqueKeysWithValues: Key.allCases.map { ($0, make($0)) })
    }
}
