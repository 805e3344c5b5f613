/// What the control plane says when it is asked about a role of an endpoint.
package struct EndpointAccess: Equatable, Sendable {
    package var role: RoleAccess
    /// `nil` for an endpoint that does not exist.
    package var settings: EndpointSettings?

    package init(_ role: RoleAccess, _ settings: EndpointSettings? = nil) {
        self.role = role
        self.settings = settings
    }

    /// Nobody can log in where nothing is, so nobody need be kept out.
    package var rules: AccessRules { settings?.rules ?? .open }
}

/// What holds for every role of an endpoint.
package struct EndpointSettings: Equatable, Sendable {
    package var rules: AccessRules
    /// How often one may try to connect, in place of what this proxy allows every endpoint.
    package var attempts: AttemptRate?
    /// Whose endpoint it is, for news about all endpoints of a project or an account.
    package var projectID: String?
    package var accountID: String?

    package init(
        rules: AccessRules = .open, attempts: AttemptRate? = nil, projectID: String? = nil, accountID: String? = nil
    ) {
        self.rules = rules
        self.attempts = attempts
        self.projectID = projectID
        self.accountID = accountID
    }
}
