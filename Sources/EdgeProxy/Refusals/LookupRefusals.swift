internal import PostgresWire

/// Nobody could say who may log in.
extension Refusals {
    static func lookup(_ reason: LookupFailure.Reason) -> ErrorResponse {
        switch reason {
        case .controlPlaneUnreachable:
            ErrorResponse(
                .connectionFailure, controlPlaneFailed,
                hint: "The service that knows the roles does not answer. Try again later.")
        case .databaseAsleep:
            ErrorResponse(
                .connectionFailure, "The database does not run, and only it knows who may log in",
                hint: "Try again when it has been started.")
        case .controlPlaneRefused: ErrorResponse(.connectionFailure, controlPlaneFailed)
        case .roleProtected: ErrorResponse(.invalidAuthorization, "This role may not log in through the proxy")
        case .rateLimited: tooManySessions
        case .notAllowed: notAllowed(.blockedNetwork)
        case .cancelled: shuttingDown
        }
    }

    /// How every error begins whose cause is the control plane.
    static let controlPlaneFailed = "Control plane request failed"

    static let lookupEntries = [
        Entry(
            lookup(.controlPlaneUnreachable),
            when: "The control plane cannot be reached, and this role's secret is not remembered.",
            remedy: "Try again later. Operators: look after the control plane."),
        Entry(
            lookup(.databaseAsleep),
            when: "Secrets come from the computes' agents, none answers, and this role's secret is not remembered.",
            remedy:
                "Start the database. Whoever has logged in through this proxy within a day is let in to wait for it."),
        Entry(
            lookup(.controlPlaneRefused),
            when: "The control plane's answer makes no sense, or says that this proxy may not ask.",
            remedy: "Operators: look at the proxy's log for this session; check its token and `--auth-endpoint`."),
        Entry(
            lookup(.roleProtected), when: "The control plane keeps this role for itself.",
            remedy: "Log in as another role."),
        Entry(
            lookup(.rateLimited), when: "The control plane has been asked about this endpoint too often.",
            remedy: "Connect less often, or keep connections open."),
    ]
}

extension LookupFailure {
    /// What the client is told.
    var response: ErrorResponse { ErrorResponse(SQLState(sqlState), clientMessage, hint: hint) }
}
