internal import PostgresWire

/// What belongs to no part of the way: too many clients, too little time, a proxy that goes down.
extension Refusals {
    static let tooManySessions = ErrorResponse(
        .tooManyConnections, "Too many connections attempts", hint: tryAgainSoon)
    static let timedOut = ErrorResponse(.queryCanceled, "Authentication timed out")
    static let shuttingDown = ErrorResponse(
        .adminShutdown, "terminating connection due to administrator command", hint: "Connect again.")
    static let killed = ErrorResponse(
        .adminShutdown, "terminating connection due to administrator command",
        hint: "An operator has ended this session. Connect again.")
    static let ownMistake = ErrorResponse(.internalError, "Internal error")

    static let tryAgainSoon = "Try again in a few seconds."
    static let stillStarting = "The database is still starting. Try again in a few seconds."

    static let sessionEntries = [
        Entry(
            tooManySessions,
            when: "This proxy has as many clients, or as many that have not logged in yet, as it takes.",
            remedy: "Try again with growing pauses. Operators: add proxies, or raise the limit of sessions."),
        Entry(
            timedOut, when: "The client took longer for TLS and its startup packet, or for its login, than it may.",
            remedy: "Look for what holds the client up between the proxy's messages: a password prompt, a slow network."
        ),
        Entry(
            shuttingDown, when: "The proxy drains or stops, and this session's time was up.",
            remedy: "Connect again: another proxy answers. The database itself is untouched."),
        Entry(
            killed, when: "An operator ended this session through the admin service.",
            remedy: "Connect again, unless somebody asked you not to."),
        Entry(
            ownMistake, when: "The proxy came to a point that it must never come to.",
            remedy: "Report it with the session's id."),
    ]
}
