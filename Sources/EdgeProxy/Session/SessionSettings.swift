/// What a client's session has to keep to.
package struct SessionSettings: Sendable {
    /// In front of which clients put an endpoint's name.
    package var domains: [String]
    /// From accept to the end of the startup packet, TLS included.
    package var handshakeLimit: Duration = .seconds(15)
    /// For what a client has to say in its login, without the lookup of the role.
    package var authenticationLimit: Duration = .seconds(15)
    package var authentication = AuthenticationSettings()
    package var connect = ConnectLoop.Limits()
    /// Told to every client that is let in, with its session's id. `nil`: nothing.
    package var banner: String?
    /// Whether computes are told who their clients are.
    package var announcesClients = false
    package var admission = AdmissionGate.Limits()
    /// Attempts of one source. `nil`: no limit.
    package var sourceRate: AttemptRate?
    package var proxyProtocol = ProxyProtocolSettings()
    package var relay = RelaySettings()

    package init(domain: String) {
        domains = [domain]
    }

    /// A client's socket and its compute's.
    private static let descriptorsPerSession = 2
    /// The share of all descriptors that is not for sessions: listeners, members, agents, HTTP, the control plane.
    private static let reservedShare = 4

    /// - Parameter descriptors: how many this process may have open.
    package init(_ configuration: EdgeProxyConfiguration, descriptors: Int) {
        domains = [configuration.domain] + configuration.furtherDomains
        handshakeLimit = configuration.handshakeLimit
        authenticationLimit = configuration.authenticationLimit
        proxyProtocol = configuration.proxyProtocol
        authentication = configuration.authentication
        relay = configuration.relay
        connect.deadline = configuration.connectDeadline
        announcesClients = configuration.computeLink.announcesClients
        banner = configuration.banner
        connect.dial = configuration.dialLimit
        let room = (descriptors - descriptors / Self.reservedShare) / Self.descriptorsPerSession
        // With what is kept for endpoints that have few.
        let share = AdmissionGate.Limits.sessionReserveShare
        admission.sessions = max(1, min(configuration.sessionLimit, room * share / (share + 1)))
        admission.strangers = min(configuration.limits.strangers, admission.sessions)
        sourceRate = configuration.limits.sourceRate
    }
}
