/// Why nobody could say who may log in.
package struct LookupFailure: Error, Sendable, Equatable {
    package enum Reason: String, Sendable, Equatable {
        /// Nobody could reach the control plane, and nothing was cached.
        case controlPlaneUnreachable
        /// The control plane answered with something that is not in its contract, or refused us.
        case controlPlaneRefused
        /// The role may not log in from outside.
        case roleProtected
        case rateLimited
        /// The session's task was cancelled.
        case cancelled
    }

    package var reason: Reason
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
        self.clientMessage = clientMessage ?? reason.clientMessage
        self.sqlState = sqlState ?? reason.sqlState
        self.hint = hint ?? reason.hint
        self.retryAfter = retryAfter
        self.detail = detail
    }
}

extension LookupFailure.Reason {
    package var clientMessage: String {
        switch self {
        case .controlPlaneUnreachable, .controlPlaneRefused: "Control plane request failed"
        case .roleProtected: "This role may not log in through the proxy"
        case .rateLimited: "Too many connections attempts"
        case .cancelled: "terminating connection due to administrator command"
        }
    }

    package var sqlState: String {
        switch self {
        case .controlPlaneUnreachable, .controlPlaneRefused: "08006"
        case .roleProtected: "28000"
        case .rateLimited: "53300"
        case .cancelled: "57P01"
        }
    }

    package var hint: String? {
        switch self {
        case .controlPlaneUnreachable: "The service that knows the roles does not answer. Try again later."
        case .rateLimited: "Try again in a few seconds."
        case .controlPlaneRefused, .roleProtected, .cancelled: nil
        }
    }
}
