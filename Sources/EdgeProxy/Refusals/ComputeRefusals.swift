internal import PostgresWire

/// The compute is known, and no session with it comes about. What a compute says itself is not here: it reaches the
/// client byte for byte.
extension Refusals {
    static let computeStarting = ErrorResponse(.cannotConnectNow, computeUnreachableText, hint: stillStarting)
    static let computeUnreachable = ErrorResponse(.connectionFailure, computeUnreachableText)
    static let computeLoginUnsupported = ErrorResponse(
        .featureNotSupported, "Unsupported authentication method",
        hint: "The database asks for something else than SCRAM-SHA-256.")

    private static let computeUnreachableText = "Couldn't connect to compute node"

    static let computeEntries = [
        Entry(
            computeStarting, when: "The database was woken for this client, and was not ready when its time was over.",
            remedy: "Try again in a few seconds: the start goes on."),
        Entry(
            computeUnreachable, when: "The database should be running, and cannot be reached.",
            remedy: "Try again. Operators: the proxy's log for this session says what every attempt met."),
        Entry(
            computeLoginUnsupported,
            when:
                "The database's `pg_hba.conf` asks this role for MD5, for nothing, or for what only a client itself can give.",
            remedy: "Operators: `scram-sha-256` for connections from the proxies."),
    ]
}
