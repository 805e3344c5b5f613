internal import Telemetry
internal import Transport

/// What Neon's proxy counts about sessions, under its names and with its meaning (facts: edge proxy §17), and what it
/// never did.
extension EdgeMetrics {
    /// Neon's classes of errors.
    package enum ErrorType: String, Sendable, CaseIterable {
        /// The client's own doing: a wrong password, an unknown endpoint.
        case user
        case clientDisconnect = "clientdisconnect"
        case rateLimit = "ratelimit"
        case serviceRateLimit = "serviceratelimit"
        case quota
        /// Ours.
        case service
        case controlPlane = "controlplane"
        /// The compute said no.
        case postgres
        /// The compute could not be reached.
        case compute
    }

    package enum Retried: String, Sendable, CaseIterable {
        case wakeCompute = "wake_compute"
        case connectToCompute = "connect_to_compute"
    }

    /// How a connect to a compute failed.
    package enum ConnectError: String, Sendable, CaseIterable {
        case refused, reset, timedOut = "timed_out", unreachable, nameNotFound = "name_not_found", tls
        case identityMismatch = "identity_mismatch", silent, closed, violation, postgres, deadline, exhausted, other
    }

    package enum ServiceState: String, Sendable, CaseIterable { case starting = "init", running, terminating }

    /// What of the time a latency leaves out.
    package enum Excluded: String, Sendable, CaseIterable {
        case client
        case clientAndControlPlane = "client_and_cplane"
        case clientControlPlaneCompute = "client_cplane_compute"
        case clientControlPlaneComputeRetry = "client_cplane_compute_retry"
    }

    /// Neon's words for how warm a start was. What a control plane says beyond them counts as unknown.
    package static let coldStartInfos: Set<String> = ["unknown", "warm", "pool_hit", "pool_miss"]

    private static let tcp = [("protocol", "tcp")]
    private static let latencyBuckets: [Double] = (0..<16).map { 0.0005 * Double(1 << $0) }
    private static let controlPlaneBuckets: [Double] = (0..<16).map { 0.0002 * Double(1 << $0) }
    private static let retryBuckets: [Double] = [0, 1, 2, 3, 4, 6, 8, 12, 16]

    // MARK: - Sessions

    func clientOpened() { openedClients.add(1) }
    func clientClosed() { closedClients.add(1) }
    func computeOpened() { openedComputes.add(1) }
    func computeClosed() { closedComputes.add(1) }

    /// How a client named its endpoint.
    enum Naming: String, Sendable, CaseIterable {
        /// By the server name in TLS, whatever else.
        case sni
        /// By its options alone.
        case noSNI = "no_sni"
        /// With its password.
        case passwordHack = "password_hack"
    }

    func named(_ naming: Naming) { namings(naming).add(1) }

    func error(_ type: ErrorType) { errors(type).add(1) }

    func relayed(_ direction: Direction, _ bytes: Int, endpoint: String) {
        ioBytes(direction, endpoint: endpoint).add(bytes)
        ioBytes(direction).add(bytes)
    }

    func connectionLatency(_ latency: Duration, excluding excluded: Excluded, coldStart: String?, isSuccess: Bool) {
        let coldStart = coldStart.flatMap { Self.coldStartInfos.contains($0) ? $0 : nil } ?? "unknown"
        registry.histogram(
            "proxy_compute_connection_latency_seconds",
            help: "From accept to the compute's ReadyForQuery, without what is excluded.", buckets: Self.latencyBuckets,
            labels: Self.tcp + [
                ("cold_start_info", coldStart), ("outcome", isSuccess ? "success" : "failed"),
                ("excluded", excluded.rawValue),
            ]
        ).record(latency)
    }

    // MARK: - What sessions ask others for

    func controlPlaneAnswered(_ call: ControlPlaneCall, after latency: Duration) {
        registry.histogram(
            "proxy_console_request_latency", help: "Seconds that one request to the control plane took.",
            buckets: Self.controlPlaneBuckets, labels: [("request", call.rawValue)]
        ).record(latency)
    }

    /// - Parameter count: how often it was repeated until it came to this outcome.
    func retried(_ what: Retried, _ count: Int, isSuccess: Bool) {
        registry.histogram(
            "proxy_retries_metric", help: "How often something was repeated.", buckets: Self.retryBuckets,
            labels: [("outcome", isSuccess ? "success" : "failed"), ("retry_type", what.rawValue)]
        ).record(seconds: Double(count))
    }

    /// - Parameter isRepeated: whether it is tried again.
    func connectFailed(_ error: ConnectError, isRepeated: Bool) {
        connectErrors(error, isRepeated).add(1)
    }

    // MARK: - The process

    func service(is state: ServiceState) {
        for each in ServiceState.allCases { serviceInfo(each).set(each == state ? 1 : 0) }
    }

    /// Series that exist from the start.
    func declareSessionSeries() {
        for type in ErrorType.allCases { _ = errors(type) }
        for naming in Naming.allCases { _ = namings(naming) }
        for direction in [Direction.received, .transmitted] { _ = ioBytes(direction) }
        for series in [openedClients, closedClients, openedComputes, closedComputes, tlsFailures] { series.add(0) }
        for series in [spansExported, spansDropped, spanExportFailures] { series.add(0) }
        for error in ConnectError.allCases {
            for isRepeated in [false, true] { _ = connectErrors(error, isRepeated) }
        }
        service(is: .starting)
        registry.gauge(
            "libmetrics_build_info", help: "Which build this is.",
            labels: [("revision", "unknown"), ("build_tag", "sidecar")]
        ).set(1)
    }

    // MARK: - Series

    private var openedClients: Counter {
        registry.counter(
            "proxy_opened_client_connections_total", help: "Clients that have sent their startup packet.",
            labels: Self.tcp)
    }

    private var closedClients: Counter {
        registry.counter(
            "proxy_closed_client_connections_total", help: "Clients that had sent their startup packet, and are gone.",
            labels: Self.tcp)
    }

    private var openedComputes: Counter {
        registry.counter(
            "proxy_opened_db_connections_total", help: "Sessions joined to a compute.", labels: Self.tcp)
    }

    private var closedComputes: Counter {
        registry.counter(
            "proxy_closed_db_connections_total", help: "Sessions that were joined to a compute, and are over.",
            labels: Self.tcp)
    }

    var tlsFailures: Counter {
        registry.counter("proxy_tls_handshake_failures", help: "TLS handshakes of clients that came to nothing.")
    }

    var spansExported: Counter {
        registry.counter("sidecar_trace_spans_exported_total", help: "Spans that the collector has taken.")
    }

    var spansDropped: Counter {
        registry.counter(
            "sidecar_trace_spans_dropped_total", help: "Spans lost to a full queue, or not wanted by the collector.")
    }

    var spanExportFailures: Counter {
        registry.counter("sidecar_trace_export_failures_total", help: "Calls to the collector that failed.")
    }

    /// Sessions and members that wait for a wake now, and wakes on their way: copied when somebody looks.
    var wakeWaiters: Gauge {
        registry.gauge("sidecar_wake_waiters", help: "Sessions and members that wait for a wake.")
    }

    var wakeFlights: Gauge {
        registry.gauge("sidecar_wake_flights", help: "Wakes on their way: asked of a member, or of the control plane.")
    }

    private func namings(_ naming: Naming) -> Counter {
        registry.counter(
            "proxy_accepted_connections_by_sni", help: "Clients by how they named their endpoint.",
            labels: Self.tcp + [("kind", naming.rawValue)])
    }

    private func errors(_ type: ErrorType) -> Counter {
        registry.counter(
            "proxy_errors_total", help: "Sessions that ended in an error, by whose it was.",
            labels: [("type", type.rawValue)])
    }

    private func ioBytes(_ direction: Direction) -> Counter {
        registry.counter(
            "proxy_io_bytes", help: "Bytes relayed, of all endpoints.", labels: [("direction", direction.rawValue)])
    }

    private func connectErrors(_ error: ConnectError, _ isRepeated: Bool) -> Counter {
        registry.counter(
            "proxy_connection_failures_breakdown", help: "Failed connects to computes, by what went wrong.",
            labels: [("kind", error.rawValue), ("retry", "\(isRepeated)")])
    }

    private func serviceInfo(_ state: ServiceState) -> Gauge {
        registry.gauge(
            "proxy_service_info", help: "1 for the state that this proxy is in.", labels: [("state", state.rawValue)])
    }
}

extension EdgeMetrics.ConnectError {
    init(_ reason: UpstreamFailure.Reason) {
        self =
            switch reason {
            case .dial(.refused): .refused
            case .dial(.reset): .reset
            case .dial(.timedOut): .timedOut
            case .dial(.unreachable): .unreachable
            case .dial(.nameNotFound): .nameNotFound
            case .dial(.exhausted): .exhausted
            case .dial(.other), .dial(.cancelled), .cancelled: .other
            case .tlsRefused, .tlsFailed: .tls
            case .identityMismatch: .identityMismatch
            case .silent: .silent
            case .closed: .closed
            case .violation: .violation
            case .rejected: .postgres
            case .deadlinePassed: .deadline
            }
    }
}

extension DrainState.Stage {
    var serviceState: EdgeMetrics.ServiceState {
        switch self {
        case .starting: .starting
        case .serving: .running
        case .draining: .terminating
        }
    }
}
