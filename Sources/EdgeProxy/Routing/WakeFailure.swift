/// Why an endpoint has no compute to connect to.
package struct WakeFailure: Error, Sendable, Equatable {
    package enum Reason: String, Sendable, Equatable {
        /// The control plane does not know the endpoint.
        case endpointNotFound
        /// The endpoint exists and may not be started.
        case endpointDisabled
        /// A quota of the endpoint's owner is used up.
        case quotaExceeded
        case rateLimited
        /// The control plane is busy with this endpoint, or its compute has not come up in time.
        case temporarilyUnavailable
        /// The endpoint was started, and did not come up.
        case startFailed
        /// Nobody could reach the control plane.
        case controlPlaneUnreachable
        /// The control plane answered with something that is not in its contract, or refused us.
        case controlPlaneRefused
        /// The waiter's own deadline passed.
        case deadlineExceeded
        /// The waiter's task was cancelled.
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

extension WakeFailure.Reason {
    /// Neon's sentences where it has one: people and scripts match on them.
    package var clientMessage: String {
        switch self {
        case .endpointNotFound: "Control plane request failed: endpoint cannot be found"
        case .endpointDisabled: "Control plane request failed: endpoint is disabled"
        case .quotaExceeded, .temporarilyUnavailable:
            "Control plane request failed: endpoint is temporarily unavailable. "
                + "Check your quotas and/or contact our support."
        case .rateLimited: "Too many connections attempts"
        case .startFailed: "The database failed to start"
        case .controlPlaneUnreachable, .controlPlaneRefused: "Control plane request failed"
        case .deadlineExceeded: "Couldn't connect to compute node"
        case .cancelled: "terminating connection due to administrator command"
        }
    }

    package var sqlState: String {
        switch self {
        case .endpointNotFound: "08004"
        case .endpointDisabled: "55000"
        case .quotaExceeded: "53400"
        case .rateLimited: "53300"
        case .temporarilyUnavailable, .startFailed, .deadlineExceeded: "57P03"
        case .controlPlaneUnreachable, .controlPlaneRefused: "08006"
        case .cancelled: "57P01"
        }
    }

    package var hint: String? {
        switch self {
        case .temporarilyUnavailable, .deadlineExceeded: "The database is still starting. Try again in a few seconds."
        case .rateLimited: "Try again in a few seconds."
        case .controlPlaneUnreachable: "Databases that are already running stay reachable. Try again later."
        case .endpointNotFound, .endpointDisabled, .quotaExceeded, .startFailed, .controlPlaneRefused, .cancelled: nil
        }
    }
}
