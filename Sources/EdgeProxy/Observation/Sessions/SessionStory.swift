internal import Logging
internal import PostgresWire

/// What is told of one session when it is over. Never a secret: no password, proof, verifier, token or cancel key comes
/// here.
struct SessionStory: Sendable {
    /// How it ended.
    enum Outcome: String, Sendable {
        /// Joined to its compute, and over.
        case served
        /// Told no by us, or by its compute.
        case refused, refusedByCompute = "refused_by_compute"
        /// The client went, or never spoke our language.
        case left
        /// This proxy goes down.
        case shutDown = "shut_down"
        /// Not a session but a request to cancel another one's query.
        case cancelRequest = "cancel_request"

        var isFailure: Bool {
            switch self {
            case .served, .cancelRequest, .shutDown: false
            case .refused, .refusedByCompute, .left: true
            }
        }
    }

    var origin: ClientOrigin?
    var endpoint: String?
    var role: String?
    var database: String?
    var applicationName: String?
    var method: AuthenticationMethod?
    /// Of each phase, all its turns together.
    var phases: [EdgeMetrics.SessionPhase: Duration] = [:]
    var isLocationCached: Bool?
    /// Spent on dials and logins that did not work, and on the pauses behind them.
    var failedTime = Duration.zero
    /// Dials and logins at computes that did not work.
    var failedAttempts = 0
    var compute: ComputeLocation?
    /// From accept to the moment when client and compute were joined.
    var joinedAfter: Duration?
    var bytesFromClient = 0
    var bytesToClient = 0
    var outcome = Outcome.left
    /// What the client was told, if anything.
    var sqlState: String?
    /// For the operator: why it ended.
    var reason: String?

    /// Whether it is of so little interest that only who looks for it shall see it: a port scan, a health check.
    var isMinor: Bool { outcome == .left && endpoint == nil }

    mutating func ended(_ end: SessionEnd) {
        reason = end.detail
        switch end {
        case .refused(let response): (outcome, sqlState) = (.refused, response.sqlState.text)
        case .refusedByCompute(let response, _): (outcome, sqlState) = (.refusedByCompute, response.sqlState.text)
        case .unheard: outcome = .left
        case .cancelled: outcome = .shutDown
        }
    }

    /// What is left of a time when what others took of it is taken off, one after the other. Neon counts it so.
    ///
    /// - Parameter total: from accept until the session was joined, or refused.
    func latencies(of total: Duration) -> [(EdgeMetrics.Excluded, Duration)] {
        func took(_ phase: EdgeMetrics.SessionPhase) -> Duration { phases[phase] ?? .zero }
        let withoutClient = total - took(.tls) - took(.auth)
        let withoutControlPlane = withoutClient - took(.wake)
        let withoutCompute = withoutControlPlane - took(.connect) - took(.login)
        let latencies: [(EdgeMetrics.Excluded, Duration)] = [
            (.client, withoutClient), (.clientAndControlPlane, withoutControlPlane),
            (.clientControlPlaneCompute, withoutCompute),
            (.clientControlPlaneComputeRetry, withoutCompute - failedTime),
        ]
        return latencies.map { excluded, latency in (excluded, max(latency, .zero)) }
    }

    /// - Parameter duration: from accept to close.
    func fields(duration: Duration) -> Logger.Metadata {
        var fields: Logger.Metadata = ["outcome": "\(outcome.rawValue)", "protocol": "tcp"]
        func add(_ name: String, _ value: String?) {
            if let value { fields[name] = .string(value) }
        }
        add("peer_addr", origin.map { "\($0)" })
        add("private_link", origin?.privateLink)
        add("ep", endpoint)
        add("role", role)
        add("database", database)
        add("application_name", applicationName)
        add("auth_method", method?.rawValue)
        add("duration_us", duration.microseconds)
        for (phase, took) in phases { add("\(phase.rawValue)_us", took.microseconds) }
        add("joined_us", joinedAfter?.microseconds)
        add("location_cached", isLocationCached.map { "\($0)" })
        add("failed_attempts", failedAttempts > 0 ? "\(failedAttempts)" : nil)
        add("compute", compute?.computeID)
        add("compute_addr", compute?.address)
        add("version", compute.map { "\($0.version)" })
        add("cold_start_info", compute?.coldStartInfo)
        if joinedAfter != nil {
            add("bytes_from_client", "\(bytesFromClient)")
            add("bytes_to_client", "\(bytesToClient)")
        }
        add("error", sqlState)
        add("reason", reason)
        return fields
    }
}

extension Duration {
    /// Whole ones, as text.
    var microseconds: String { "\(wholeNanoseconds / 1000)" }
}
