internal import PostgresWire

/// Client and compute are joined already.
extension Refusals {
    static let idleTooLong = ErrorResponse(
        .idleSessionTimeout, "terminating connection due to idle-session timeout", hint: "Connect again.")

    static let relayEntries = [
        Entry(
            idleTooLong, when: "Neither the client nor its database has said anything for `--session-idle-timeout`.",
            remedy: "Connect again. Operators: raise the limit, or leave it out.")
    ]
}
