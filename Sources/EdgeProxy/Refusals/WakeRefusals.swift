internal import PostgresWire

/// The endpoint has no compute to connect to. The control plane may have a text of its own for the client, which then
/// stands in place of ours.
extension Refusals {
    static func wake(_ reason: WakeFailure.Reason) -> ErrorResponse {
        switch reason {
        case .endpointNotFound:
            ErrorResponse(.connectionRejected, "\(controlPlaneFailed): endpoint cannot be found")
        case .endpointDisabled:
            ErrorResponse(.objectNotInPrerequisiteState, "\(controlPlaneFailed): endpoint is disabled")
        case .quotaExceeded: ErrorResponse(.configurationLimitExceeded, temporarilyUnavailable)
        case .rateLimited: tooManySessions
        case .temporarilyUnavailable:
            ErrorResponse(.cannotConnectNow, temporarilyUnavailable, hint: stillStarting)
        case .startFailed: ErrorResponse(.cannotConnectNow, "The database failed to start")
        case .controlPlaneUnreachable:
            ErrorResponse(
                .connectionFailure, controlPlaneFailed,
                hint: "Databases that are already running stay reachable. Try again later.")
        case .controlPlaneRefused: ErrorResponse(.connectionFailure, controlPlaneFailed)
        case .deadlineExceeded: computeStarting
        case .cancelled: shuttingDown
        }
    }

    private static let temporarilyUnavailable =
        "\(controlPlaneFailed): endpoint is temporarily unavailable. Check your quotas and/or contact our support."

    static let wakeEntries = [
        Entry(
            wake(.endpointNotFound), when: "The control plane knows the role, and no longer the endpoint.",
            remedy: "Check the endpoint's name."),
        Entry(
            wake(.endpointDisabled), when: "The endpoint may not be started.",
            remedy: "Enable it at the control plane."),
        Entry(
            wake(.quotaExceeded), when: "A quota of the endpoint's owner is used up.",
            remedy: "Raise the quota, or wait for its next period. Trying again at once is no use."),
        Entry(
            wake(.rateLimited), when: "The control plane takes no more wakes of this endpoint for now.",
            remedy: "Try again with growing pauses."),
        Entry(
            wake(.temporarilyUnavailable),
            when: "The control plane is busy with this endpoint, or its database takes long to start.",
            remedy: "Try again in a few seconds."),
        Entry(
            wake(.startFailed), when: "The database was started and did not come up.",
            remedy: "Operators: `sidecar admin endpoint show` has its history, the agent's log the cause."),
        Entry(
            wake(.controlPlaneUnreachable), when: "The database sleeps, and the control plane cannot be reached.",
            remedy: "Try again later. Databases that run already are not affected."),
        Entry(
            wake(.controlPlaneRefused),
            when: "The control plane's answer makes no sense, or says that this proxy may not ask.",
            remedy: "Operators: look at the proxy's log for this session; check its token and `--auth-endpoint`."),
    ]
}

extension WakeFailure {
    /// What the client is told.
    var response: ErrorResponse { ErrorResponse(SQLState(sqlState), clientMessage, hint: hint) }
}
