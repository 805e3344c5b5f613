internal import PostgresWire

/// Why nobody could say who may log in.
package struct LookupFailure: Error, Sendable, Equatable {
    package enum Reason: String, Sendable, Equatable, CaseIterable {
        /// Nobody could reach the control plane, and nothing was cached.
        case controlPlaneUnreachable
        /// The role's own database keeps its secret, does not run, and nothing was cached.
        case databaseAsleep
        /// The control plane answered with something that is not in its contract, or refused us.
        case controlPlaneRefused
        /// The role may not log in from outside.
        case roleProtected
        case rateLimited
        /// The endpoint's rules do not let this client in from where it is.
        case notAllowed
        /// The session's task was cancelled.
        case cancelled
    }

    package var reason: Reason

    /// Whether nobody could be asked, so that what was said before stands until somebody can.
    package var isOutage: Bool { [.controlPlaneUnreachable, .databaseAsleep].contains(reason) }
    /// Fit for the client: names no host, role or path.
    package var clientMessage: String
    /// Five characters; PostgreSQL, appendix A.
    package var sqlState: String
    package var hint: String?
    /// When asking again makes sense, if whoever failed said so.
    package var retryAfter: Duration?
    /// For the operator.
    package var detail: String

    package init(
        reason: Reason, clientMessage: String? = nil, sqlState: String? = nil, hint: String? = nil,
        retryAfter: Duration? = nil, detail: String = ""
    ) {
        self.reason = reason
        let told = Refusals.lookup(reason)
        self.clientMessage = clientMessage ?? told.message
        self.sqlState = sqlState ?? told.sqlState.text
        self.hint = hint ?? told.hint
        self.retryAfter = retryAfter
        self.detail = detail
    }
}
