/// What a client's session has to keep to.
package struct SessionSettings: Sendable {
    /// In front of which clients put an endpoint's name.
    package var domain: String
    /// From accept to the end of the startup packet, TLS included.
    package var handshakeLimit: Duration = .seconds(15)
    /// For the whole SCRAM exchange, without the lookup of the role.
    package var authenticationLimit: Duration = .seconds(15)
    package var connect = ConnectLoop.Limits()
    package var admission = AdmissionGate.Limits()

    package init(domain: String) {
        self.domain = domain
    }

    package init(_ configuration: EdgeProxyConfiguration) {
        domain = configuration.domain
        handshakeLimit = configuration.handshakeLimit
        authenticationLimit = configuration.authenticationLimit
        connect.deadline = configuration.connectDeadline
        connect.dial = configuration.dialLimit
        admission.sessions = configuration.sessionLimit
        admission.strangers = min(admission.strangers, configuration.sessionLimit)
    }
}
