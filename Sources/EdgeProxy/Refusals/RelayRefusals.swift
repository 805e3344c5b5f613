internal import PostgresWire

/// Client and compute are joined already.
extension Refusals {
    static let idleTooLong = ErrorResponse(
        .idleSessionTimeout, "terminating connection due to idle-session timeout", hint: "Connect again.")
    static let computeEnded = ErrorResponse(
        .adminShutdown, "terminating connection: the compute has ended",
        hint: "Nothing was under way. Connect again: the database is started when it has to be.")
    static let computeLost = ErrorResponse(
        .connectionFailure, "server closed the connection unexpectedly",
        hint: "Whether the last statement took effect is not known. Connect again, and look.")

    static let relayEntries = [
        Entry(
            computeEnded, when: "The database ended, or could not be reached any more, while the session was idle.",
            remedy: "Connect again. A database that ends in order says so itself, and those words are passed on."),
        Entry(
            computeLost, when: "The same, with a transaction or a statement under way.",
            remedy: "Connect again, and find out whether it was committed before doing it once more."),
        Entry(
            idleTooLong, when: "Neither the client nor its database has said anything for `--session-idle-timeout`.",
            remedy: "Connect again. Operators: raise the limit, or leave it out."),
    ]
}
