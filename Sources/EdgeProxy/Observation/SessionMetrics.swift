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
    package static let coldStartInfos: Set<String> = [unknownColdStart, "warm", "pool_hit", "pool_miss"]
    private static let unknownColdStart = "unknown"

    private static let controlPlaneBuckets: [Double] = (0..<16).map { 0.0002 * Double(1 << $0) }
    private static let retryBuckets: [Double] = [0, 1, 2, 3, 4, 6, 8, 12, 16]

    // MARK: - Sessions

    func clientOpened() { series.openedClients.add(1) }
    func clientClosed() { series.closedClients.add(1) }
    func computeOpened() { series.openedComputes.add(1) }
    func computeClosed() { series.closedComputes.add(1) }

    /// How a client named its endpoint.
    enum Naming: String, Sendable, CaseIterable {
        /// By the server name in TLS, whatever else.
        case sni
        /// By its options alone.
        case noSNI = "no_sni"
        /// With its password.
        case passwordHack = "password_hack"
    }

    func named(_ naming: Naming) { series.namings[naming]?.add(1) }

    func error(_ type: ErrorType) { series.errors[type]?.add(1) }

    func relayed(_ direction: Direction, _ bytes: Int, endpoint: String) {
        ioBytes(direction, endpoint: endpoint).add(bytes)
        series.bytes[direction]?.add(bytes)
    }

    func connectionLatency(_ latency: Duration, excluding excluded: Excluded, coldStart: String?, isSuccess: Bool) {
        let coldStart = coldStart.flatMap { Self.coldStartInfos.contains($0) ? $0 : nil } ?? Self.unknownColdStart
        let key = SessionSeries.Latency(coldStart: coldStart, isSuccess: isSuccess, excluded: excluded)
        series.latency(key, in: registry).record(latency)
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
        series.connectErrors[isRepeated ? 1 : 0][error]?.add(1)
    }

    // MARK: - The process

    func service(is state: ServiceState) {
        for (each, gauge) in series.states { gauge.set(each == state ? 1 : 0) }
    }

    var tlsFailures: Counter { series.tlsFailures }
    var wakeWaiters: Gauge { series.wakeWaiters }
    var wakeFlights: Gauge { series.wakeFlights }
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
