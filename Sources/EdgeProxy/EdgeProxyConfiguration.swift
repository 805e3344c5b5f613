package import Gossip
package import Telemetry

/// What a proxy is told: plain values, read by `Sidecar` from flags and files.
package struct EdgeProxyConfiguration: Sendable {
    /// Another proxy of the fleet, or this one.
    package struct Member: Sendable, Equatable {
        package var id: MemberID
        package var grpc: NetworkAddress

        package init(id: MemberID, grpc: NetworkAddress) {
            self.id = id
            self.grpc = grpc
        }
    }

    /// A certificate chain and its key, as PEM files.
    package struct KeyPair: Sendable, Equatable {
        package var certificateFile: String
        package var keyFile: String

        package init(certificateFile: String, keyFile: String) {
            self.certificateFile = certificateFile
            self.keyFile = keyFile
        }
    }

    /// This proxy's name in the fleet. Must be the one in `identity`'s certificate.
    package var id: MemberID
    /// Where clients connect. Port 0 takes a free one.
    package var listen: NetworkAddress
    /// Status, readiness and metrics. Port 0 takes a free one.
    package var http: NetworkAddress
    /// Reports, Peer and Admin. Port 0 takes a free one, which makes sense in a fleet of one only.
    package var grpc: NetworkAddress
    /// Everybody whose rank counts when an owner is sought. This proxy is added when it is missing. With gossip, members
    /// find each other, and these are only who is there before it has begun.
    package var members: [Member]
    /// `nil`: the fleet is `members`, for good.
    package var gossip: GossipSettings?

    /// `http://host:port/path`: Neon's base path is kept as it is given.
    package var authEndpoint: String
    /// Sent as a bearer token with every control-plane call.
    package var controlPlaneTokens: BearerTokens
    /// The domain in front of which clients put an endpoint's name: `localtest.me`.
    package var domain: String
    /// Further ones. Those of the certificates' wildcard names are served besides, without being named here.
    package var furtherDomains: [String] = []

    /// Shown to clients that ask for no name of ``certificates``.
    package var edge: KeyPair
    /// Shown to agents, members and the admin, and to computes.
    package var identity: KeyPair
    /// The id in that certificate, where all proxies share one: a member that shows it is believed to be whom gossip says.
    package var sharedIdentity: MemberID?
    /// Whom to trust behind the edge: agents, members, admins, computes.
    package var trustedCAFile: String

    package var locationCache = CacheLimits(size: 4000, timeToLive: .seconds(5 * 60))
    package var access = AccessSettings()
    package var limits = LimitSettings()
    /// For how long “no such role” is believed. 1 to 5 s: a role just made must not stay invisible.
    package var negativeTimeToLive: Duration = .seconds(2)

    /// From accept to the end of the startup packet, TLS included.
    package var handshakeLimit: Duration = .seconds(15)
    /// For the whole SCRAM exchange.
    package var authenticationLimit: Duration = .seconds(15)
    package var authentication = AuthenticationSettings()
    /// For wake, connect and login together.
    package var connectDeadline: Duration = .seconds(30)
    /// For one attempt to reach a compute's port.
    package var dialLimit: Duration = .seconds(2)
    /// Every wait and limit of waking; ``WakeConfiguration/flightLimit`` is for one start, from the owner's first call to
    /// its last retry, and longer than any one client waits.
    package var wake = WakeConfiguration()
    /// For how long calls go on against a control plane that cannot be reached at all.
    package var controlPlaneOutageLimit: Duration = .seconds(10)
    /// From the first SIGTERM to the last session's 57P01.
    package var drainDeadline: Duration = .seconds(30)
    package var drain = DrainSettings()
    package var collector = CollectorSettings()
    /// Client connections at one time; one more is refused with 53300.
    package var sessionLimit = 10_000
    /// Further certificates, and looking at their files.
    package var certificates = CertificateSettings()
    /// Whether balancers in front of this proxy tell where clients come from.
    package var proxyProtocol = ProxyProtocolSettings()
    /// Told to every client that is let in, in a NOTICE with its session's id. `nil`: nothing.
    package var banner: String?
    /// How computes are spoken to.
    package var computeLink = ComputeLinkSettings()
    package var relay = RelaySettings()

    /// Everything that was set and everything that was not, as whoever started the proxy read it.
    package var settings: [EffectiveSetting] = []
    /// How much its loggers write. `nil`: that cannot be changed.
    package var logLevels: LogLevels?
    /// Lines that were logged, for the collector. `nil`: nobody keeps them.
    package var logLines: BatchQueue<LogLine>?

    /// Whether other machines too may ask for the health of the gRPC services, and for what they are.
    package var isInspectionOpen = false

    package init(
        id: MemberID, listen: NetworkAddress, http: NetworkAddress, grpc: NetworkAddress, members: [Member],
        authEndpoint: String, controlPlaneTokens: BearerTokens, domain: String, edge: KeyPair, identity: KeyPair,
        trustedCAFile: String
    ) {
        self.id = id
        self.listen = listen
        self.http = http
        self.grpc = grpc
        self.members = members
        self.authEndpoint = authEndpoint
        self.controlPlaneTokens = controlPlaneTokens
        self.domain = domain
        self.edge = edge
        self.identity = identity
        self.trustedCAFile = trustedCAFile
    }

    /// Of the banner, in bytes.
    private static let bannerLimit = 1_000

    /// A field that cannot be used, by its name.
    package struct Invalid: Error, Equatable, CustomStringConvertible {
        package var field: String
        package var problem: String

        package var description: String { "\(field): \(problem)" }
    }

    /// The same configuration, known to make sense, and with this proxy among its members.
    package func validated() throws(Invalid) -> EdgeProxyConfiguration {
        try require(!id.name.isEmpty && !id.name.contains("/"), "id", "must not be empty or hold a slash")
        for domain in [domain] + furtherDomains {
            try require(!domain.isEmpty && !domain.hasPrefix("."), "domain", "must be a name such as localtest.me")
        }
        if case .controlPlane = authentication.backend {
            try require(
                authEndpoint.hasPrefix("http://") || authEndpoint.hasPrefix("https://"), "auth-endpoint",
                "must be an http:// or https:// address")
            try require(
                !controlPlaneTokens.first.reveal().isEmpty, "control-plane-token-file", "is missing, or holds no token")
        }
        try require(Set(members.map(\.id)).count == members.count, "member", "names a member twice")
        for (field, limit) in durations {
            try require(limit > .zero, field, "must be longer than nothing")
        }
        try authentication.validate()
        try require(drain.lag >= .zero, "drain-lag", "must not be below nothing")
        try require(drain.spread >= .zero, "drain-spread", "must not be below nothing")
        try require(sessionLimit > 0, "session-limit", "must be at least 1")
        try require(
            banner.map { (1...Self.bannerLimit).contains($0.utf8.count) && !$0.utf8.contains(0) } ?? true, "motd",
            "must have 1 to \(Self.bannerLimit) bytes, and no NUL")
        try require(
            proxyProtocol.mode == .required || proxyProtocol.balancers.isEmpty, "proxy-protocol-from",
            "is of use only with --proxy-protocol-v2 required")
        if let (field, problem) = relay.problem { throw Invalid(field: field, problem: problem) }
        var whole = self
        if !members.contains(where: { $0.id == id }) { whole.members.append(Member(id: id, grpc: grpc)) }
        return whole
    }

    /// ``settings``, and what no flag changes.
    package var effectiveSettings: [EffectiveSetting] {
        let others =
            durations.map { ($0.0, DurationText.spell($0.1)) } + [("session-limit", "\(sessionLimit)")]
        let known = Set(settings.map(\.name))
        return settings
            + others.filter { !known.contains($0.0) }
            .map { EffectiveSetting(name: $0.0, value: $0.1, origin: EffectiveSetting.byDefault) }
    }

    private var durations: [(String, Duration)] {
        [
            ("handshake-limit", handshakeLimit), ("authentication-limit", authenticationLimit),
            ("connect-deadline", connectDeadline), ("dial-limit", dialLimit), ("wake-limit", wake.flightLimit),
            ("control-plane-outage-limit", controlPlaneOutageLimit), ("drain-deadline", drainDeadline),
            ("negative-time-to-live", negativeTimeToLive),
        ]
    }

    private func require(_ condition: Bool, _ field: String, _ problem: String) throws(Invalid) {
        guard condition else { throw Invalid(field: field, problem: problem) }
    }
}
