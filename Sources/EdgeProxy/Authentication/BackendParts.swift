internal import Gossip
internal import Logging
internal import Telemetry

/// What the chosen backend makes of a proxy: whom it asks for secrets and for computes, and what it listens to besides.
struct BackendParts {
    let secrets: any SecretSource
    let waker: any Waker
    /// How clients log in in the browser. `nil`: they prove themselves to us.
    let browser: BrowserLogin?
    /// Where such logins are brought, by control planes and by members.
    let logins: LoginDesk?
    let callbacks: CallbackServer?
    /// What agents have said of their computes. `nil`: nobody asks that.
    let computes: ComputeBook?

    /// - Parameters:
    ///   - calls: the control plane's, for the backend that has one.
    ///   - wakes: what it wakes with.
    init(
        _ settings: AuthenticationSettings, calls: ControlPlaneCalls, wakes: WakeCoordinator, fleet: FleetView,
        links: PeerLinks, agents: AgentLinks, isCurrent: @escaping @Sendable () -> Bool,
        certificates: EdgeCertificates, entrance: Entrance, metrics: EdgeMetrics, logger: Logger
    ) {
        let book = ComputeBook()
        if case .agents = settings.backend { computes = book } else { computes = nil }
        switch settings.backend {
        case .controlPlane:
            (secrets, waker) = (calls, wakes)
            (browser, logins, callbacks) = (nil, nil, nil)
        case .postgres(let server):
            secrets = PostgresSecretSource(server, tls: certificates.computes, logger: logger)
            waker = FixedWaker(
                host: server.host, port: server.port, serverName: server.isSecured ? server.host : nil)
            (browser, logins, callbacks) = (nil, nil, nil)
        case .agents:
            secrets = AgentSecretSource(computes: book, agents: agents, isCurrent: isCurrent, logger: logger)
            waker = ReportedWaker(computes: book)
            (browser, logins, callbacks) = (nil, nil, nil)
        case .browser(let settings):
            (secrets, waker) = (NoSecrets(), wakes)
            let waiters = LoginWaiters(me: fleet.me)
            let desk = LoginDesk(waiters: waiters, fleet: fleet, peers: links)
            browser = BrowserLogin(link: settings.link, limit: settings.limit, waiters: waiters, entrance: entrance)
            logins = desk
            callbacks = CallbackServer(
                token: settings.token, tls: certificates.clients, desk: desk, metrics: metrics, logger: logger)
        }
    }
}

/// Knows no role and no rule: whoever logs in in the browser brings both.
private struct NoSecrets: SecretSource {
    func accessControl(
        of key: RoleKey, session: SessionContext, patience: Duration?
    ) async throws(LookupFailure) -> EndpointAccess {
        EndpointAccess(.noSecret, EndpointSettings())
    }
}

extension AuthenticationSettings {
    /// What the proxies of a fleet share and strangers do not have. Without a control plane to have a token for, that is
    /// the key of their gossip, as it is when this one starts; a proxy that is alone has a key of its own.
    func sharedSecret(_ configuration: EdgeProxyConfiguration) -> Secret<String> {
        switch backend {
        case .controlPlane: configuration.controlPlaneTokens.first
        case .agents:
            (try? SecureFile.read(configuration.gossip?.keyFile ?? configuration.identity.keyFile)).map {
                Secret(String(decoding: $0, as: UTF8.self))
            } ?? configuration.controlPlaneTokens.first
        case .postgres(let server): server.password
        case .browser(let settings): settings.token
        }
    }
}
