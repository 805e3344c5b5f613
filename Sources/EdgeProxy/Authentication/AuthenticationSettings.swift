internal import Telemetry

/// Where proofs come from, and what checking them may cost.
package struct AuthenticationSettings: Sendable {
    /// What Neon calls the auth backend.
    package enum Backend: Sendable {
        /// Secrets and wakes by the control plane's HTTP calls.
        case controlPlane
        /// Secrets out of one Postgres, which is every endpoint's compute as well. Wakes nothing.
        case postgres(ReferencePostgres)
        /// Secrets by the agents of the computes themselves, which say where they are. Wakes nothing.
        case agents
        /// Logins in the browser; a control plane's callback says where each leads.
        case browser(BrowserLoginSettings)
    }

    package var backend = Backend.controlPlane
    /// Passwords in clear that are checked at one time, each on a thread of its own. 1 to 64.
    package var passwordThreads = PasswordChecks.defaultThreads

    package init() {}

    func validate() throws(EdgeProxyConfiguration.Invalid) {
        guard (1...64).contains(passwordThreads) else {
            throw EdgeProxyConfiguration.Invalid(field: "scram-thread-pool-size", problem: "must be 1 to 64")
        }
        guard case .browser(let settings) = backend else { return }
        guard !settings.token.reveal().isEmpty else {
            throw EdgeProxyConfiguration.Invalid(
                field: "mgmt-token-file", problem: "is missing, or holds no token: callbacks must prove themselves")
        }
        guard settings.limit > .zero else {
            throw EdgeProxyConfiguration.Invalid(
                field: "webauth-confirmation-timeout", problem: "must be longer than nothing")
        }
    }
}
