internal import PostgresWire

/// Why an endpoint has no compute to connect to.
package struct WakeFailure: Error, Sendable, Equatable {
    package enum Reason: String, Sendable, Equatable, CaseIterable {
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
        let told = Refusals.wake(reason)
        self.clientMessage = clientMessage ?? told.message
        self.sqlState = sqlState ?? told.sqlState.text
        self.hint = hint ?? told.hint
        self.retryAfter = retryAfter
        self.detail = detail
    }
}
