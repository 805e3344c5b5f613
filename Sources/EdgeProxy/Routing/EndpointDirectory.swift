package import Gossip
package import PostgresWire

/// What proves a role of an endpoint.
package enum RoleAccess: Equatable, Sendable {
    case verifier(SCRAMVerifier)
    /// The endpoint or the role does not exist, or has no password. Play the exchange to its end with a made-up
    /// verifier: a stranger must not learn which of the three it was.
    case noSecret
    /// The role has a password, kept in a form that no proof can be checked by.
    case outdated(StoredSecret.Form)

    /// Which of them it is, for operators.
    package var kind: String {
        switch self {
        case .verifier: "SCRAM-SHA-256"
        case .noSecret: "none"
        case .outdated(let form): form.rawValue
        }
    }
}

/// Answers who may log in to an endpoint.
package protocol EndpointDirectory: Sendable {
    /// The role's secret, for a client that may connect from where it is, and as often as it does.
    func accessControl(
        endpoint: EndpointName, role: String, session: SessionContext
    ) async throws(LookupFailure) -> RoleAccess

    /// A proof did not fit `tried`: asks the control plane once more, in case the password has just changed.
    ///
    /// - Returns: a secret that differs from `tried`, to check the *same* proof against; `nil` when nothing changed,
    ///   when `tried` was fetched a moment ago, or when this role's refetches have used up their rate.
    func accessControlAfterWrongProof(
        endpoint: EndpointName, role: String, tried: RoleAccess, session: SessionContext
    ) async -> RoleAccess?

    /// Whether the endpoint's rules let somebody in from there who says by other means who he is: a cancel request.
    /// When nobody can say, they do not.
    func allows(_ origin: ClientOrigin, at endpoint: EndpointName) async -> Bool
}
