package import Telemetry

/// Every number a proxy shows, by name. Other people's dashboards read these names: they do not change.
package struct EdgeMetrics: Sendable {
    package enum Cache: String, Sendable, CaseIterable {
        case location, roleSecret = "role_secret", accessRules = "access_rules"
    }
    /// What somebody had too much of.
    package enum Limit: String, Sendable, CaseIterable {
        case strangers, sessions
        case sourceShare = "source_share"
        case endpointShare = "endpoint_share"
        case sourceRate = "source_rate"
        case endpointRate = "endpoint_rate"
        case wakeRate = "wake_rate"
    }
    package enum CacheOutcome: String, Sendable {
        case hit, miss
        /// The cache answered, and its answer turned out dead.
        case spuriousHit = "spurious_hit"
    }
    /// Who executed a wake: this proxy as the owner, another one asked by us, or a flight that was already on its way.
    package enum WakePath: String, Sendable { case owner, peer, coalesced }
    package enum ControlPlaneCall: String, Sendable {
        case accessControl = "get_endpoint_access_control"
        case wakeCompute = "wake_compute"
        case endpoints
    }
    /// What a compute asks for: more than it has, or less.
    package enum ScaleDirection: String, Sendable, CaseIterable { case up, down }
    package enum SessionPhase: String, Sendable, CaseIterable { case tls, auth, wake, connect, login }
    package enum Direction: String, Sendable, CaseIterable {
        /// To the client.
        case transmitted = "tx"
        /// From the client.
        case received = "rx"
    }
    package enum Cancellation: String, Sendable, CaseIterable {
        case found
        case notFound = "not_found"
        case rateLimitExceeded = "rate_limit_exceeded"
    }
    package enum FailedConnect: String, Sendable {
        case cachedLocation = "compute_cached"
        case freshLocation = "compute_uncached"
    }

    /// How connections began from which a PROXY header was due.
    package enum ProxyHeaderOutcome: String, Sendable, CaseIterable {
        /// A client's address was named.
        case client
        /// A client whose address the balancer does not know.
        case unknown
        /// The balancer for itself: a health check.
        case balancer
        case missing, malformed, late
        /// It was gone before it said anything.
        case left
    }

    /// Half a millisecond doubled fifteen times, as in Neon's latency histograms: 0.5 ms to 16.4 s.
    private static let phaseBuckets: [Double] = (0..<16).map { 0.0005 * Double(1 << $0) }

    let registry: MetricRegistry
    let series: SessionSeries
    private let endpoints = EndpointLabels()
    /// Sockets taken from the listener.
    package let acceptedConnections: Counter
    /// Sockets that were accepted and are closed again.
    package let closedConnections: Counter
    package let drain: Gauge
    /// Clients that are here now, whatever they are doing.
    package let sessions: Gauge
    /// Entries of allow-lists that cannot be read, counted when they are first told.
    package let unreadableAllowListEntries: Counter
    private let phases: [SessionPhase: Histogram]

    package init(registry: MetricRegistry) {
        self.registry = registry
        series = SessionSeries(registry)
        acceptedConnections = registry.counter(
            "proxy_accepted_connections_total", help: "Client sockets accepted.", labels: [])
        closedConnections = registry.counter(
            "proxy_closed_connections_total", help: "Client sockets closed.", labels: [])
        drain = registry.gauge("sidecar_draining", help: "1 while this proxy is draining.", labels: [])
        sessions = registry.gauge("sidecar_sessions", help: "Client connections now open.", labels: [])
        unreadableAllowListEntries = registry.counter(
            "sidecar_allow_list_unreadable_entries_total",
            help: "Entries of allow-lists that are no address, prefix or range.", labels: [])
        phases = Dictionary(
            uniqueKeysWithValues: SessionPhase.allCases.map { phase in
                let histogram = registry.histogram(
                    "sidecar_session_phase_seconds", help: "How long each phase of a session took.",
                    buckets: Self.phaseBuckets, labels: [("phase", phase.rawValue)])
                return (phase, histogram)
            })
        declareSeries()
    }

    /// How the outcomes of wakes and of control-plane calls are spelt: `ok`, or the reason of the failure.
    package static let success = "ok"

    package func cancellationRequest(_ kind: Cancellation) {
        cancellationRequests(kind).add(1)
    }

    /// How a cancel request was served, beside Neon's words for it.
    package func cancellation(_ path: CancelPath, _ outcome: CancelOutcome) {
        cancellations(path, outcome).add(1)
    }

    /// - Parameter sqlState: one of our own; a compute's refusals are counted as `compute`.
    package func refusal(sqlState: String) {
        let sqlState = Refusals.countedStates.contains(sqlState) ? sqlState : "other"
        registry.counter(
            "sidecar_session_refusals_total", help: "Clients refused, by the SQLSTATE they were told.",
            labels: [("sqlstate", sqlState)]
        ).add(1)
    }

    package func connectionFailed(_ kind: FailedConnect) {
        connectionFailures(kind).add(1)
    }

    /// - Parameter endpoint: one that has a compute; a stranger's text must not make a series.
    package func ioBytes(_ direction: Direction, endpoint: String) -> Counter {
        registry.counter(
            "proxy_io_bytes_per_client", help: "Bytes relayed between clients and computes.",
            labels: [
                ("direction", direction.rawValue), ("project_id", ""), ("endpoint_id", endpoints.label(of: endpoint)),
                ("branch_id", ""),
            ])
    }

    package func cacheLookup(_ cache: Cache, _ outcome: CacheOutcome) {
        cacheLookups(cache, outcome).add(1)
    }

    package func scaleRequested(_ direction: ScaleDirection) {
        scaleRequests(direction).add(1)
    }

    package func limitReached(_ limit: Limit) {
        limitsReached(limit).add(1)
    }

    package func wakeRequest(via path: WakePath, outcome: String) {
        wakeRequests(path, outcome).add(1)
    }

    package func controlPlaneRequest(_ call: ControlPlaneCall, outcome: String) {
        controlPlaneRequests(call, outcome).add(1)
    }

    /// Also told to the session in whose task it happened.
    ///
    /// - Parameter failure: why it came to nothing; `nil`: it did not.
    package func phase(_ phase: SessionPhase, took duration: Duration, failure: String? = nil) {
        phases[phase]?.record(duration)
        SessionObservation.current?.phase(phase, took: duration, failure: failure)
    }

    package enum Reload: String, Sendable { case success = "ok", failure = "failed" }

    package func certificateReload(_ outcome: Reload) {
        certificateReloads(outcome).add(1)
    }

    /// - Parameter name: the operator's own.
    package func certificateExpiry(_ name: String, unixSeconds: Int64) {
        registry.showCertificate(name, endsAt: unixSeconds)
    }

    package func proxyHeader(_ outcome: ProxyHeaderOutcome) {
        proxyHeaders(outcome).add(1)
    }

    package func exposition() -> String { registry.exposition() }

    // MARK: - Series

    /// Makes the series that exist from the start, so that a rate over them is 0 and not absent.
    private func declareSeries() {
        for kind in [FailedConnect.cachedLocation, .freshLocation] { _ = connectionFailures(kind) }
        for kind in Cancellation.allCases { _ = cancellationRequests(kind) }
        for path in CancelPath.allCases {
            for outcome in CancelOutcome.allCases { _ = cancellations(path, outcome) }
        }
        for outcome in [Reload.success, .failure] { _ = certificateReloads(outcome) }
        for outcome in ProxyHeaderOutcome.allCases { _ = proxyHeaders(outcome) }
        for limit in Limit.allCases { _ = limitsReached(limit) }
        for direction in ScaleDirection.allCases { _ = scaleRequests(direction) }
        for cache in Cache.allCases {
            for outcome in [CacheOutcome.hit, .spuriousHit, .miss] { _ = cacheLookups(cache, outcome) }
        }
        for path in [WakePath.owner, .peer, .coalesced] { _ = wakeRequests(path, Self.success) }
        for call in [ControlPlaneCall.accessControl, .wakeCompute] { _ = controlPlaneRequests(call, Self.success) }
    }

    private func connectionFailures(_ kind: FailedConnect) -> Counter {
        registry.counter(
            "proxy_connection_failures_total", help: "Failed connects to computes, by where the location came from.",
            labels: [("kind", kind.rawValue)])
    }

    private func cancellationRequests(_ kind: Cancellation) -> Counter {
        registry.counter(
            "proxy_cancellation_requests_total",
            help: "Cancel requests of clients, by whether their session was found.",
            labels: [("kind", kind.rawValue)])
    }

    private func cancellations(_ path: CancelPath, _ outcome: CancelOutcome) -> Counter {
        registry.counter(
            "sidecar_cancellations_total",
            help: "Cancel requests served, by how the session was found and what came of it.",
            labels: [("via", path.rawValue), ("outcome", outcome.rawValue)])
    }

    private func cacheLookups(_ cache: Cache, _ outcome: CacheOutcome) -> Counter {
        registry.counter(
            "sidecar_cache_lookups_total", help: "Cache lookups.",
            labels: [("cache", cache.rawValue), ("outcome", outcome.rawValue)])
    }

    private func scaleRequests(_ direction: ScaleDirection) -> Counter {
        registry.counter(
            "sidecar_scale_requests_total", help: "Other sizes that computes asked for, by their agents' reports here.",
            labels: [("direction", direction.rawValue)])
    }

    private func limitsReached(_ limit: Limit) -> Counter {
        registry.counter(
            "sidecar_limits_reached_total", help: "Clients and wakes refused, by the limit that they reached.",
            labels: [("limit", limit.rawValue)])
    }

    private func wakeRequests(_ path: WakePath, _ outcome: String) -> Counter {
        registry.counter(
            "sidecar_wake_requests_total", help: "Wakes asked for by sessions and members, by who executed them.",
            labels: [("via", path.rawValue), ("outcome", outcome)])
    }

    private func controlPlaneRequests(_ call: ControlPlaneCall, _ outcome: String) -> Counter {
        registry.counter(
            "sidecar_control_plane_requests_total", help: "Calls to the control plane.",
            labels: [("call", call.rawValue), ("outcome", outcome)])
    }

    private func certificateReloads(_ outcome: Reload) -> Counter {
        registry.counter(
            "sidecar_certificate_reload_total", help: "Certificates read anew because their files changed.",
            labels: [("outcome", outcome.rawValue)])
    }

    private func proxyHeaders(_ outcome: ProxyHeaderOutcome) -> Counter {
        registry.counter(
            "sidecar_proxy_protocol_headers_total", help: "Connections from which a PROXY header was due.",
            labels: [("outcome", outcome.rawValue)])
    }
}
