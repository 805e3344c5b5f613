internal import Gossip
internal import PostgresWire

/// The startup packet cannot be served. What `StartupNegotiation` says of packets themselves is its own.
extension Refusals {
    static let userMissing = ErrorResponse(
        .invalidAuthorization, "Parameter 'user' is missing in startup packet.")
    static let userNotText = ErrorResponse(.characterNotInRepertoire, "Parameter 'user' is not UTF-8.")

    static func noEndpointName(_ text: String) -> ErrorResponse {
        ErrorResponse(
            .protocolViolation,
            "Project name ('\(echo(text))') must contain only alphanumeric characters and hyphen.",
            hint: "An endpoint's name has 1 to \(EndpointName.lengthLimit) characters out of a-z, 0-9 and hyphen.")
    }

    static func namesDisagree(serverName: String, option: String) -> ErrorResponse {
        let names = "from SNI ('\(echo(serverName))') and project option ('\(echo(option))')"
        return ErrorResponse(.protocolViolation, "Inconsistent project name inferred \(names).")
    }

    static func options(_ flaw: StartupOptions.Malformed) -> ErrorResponse {
        switch flaw {
        case .endpointsDisagree(let first, let second):
            ErrorResponse(
                .protocolViolation, "Inconsistent project options: '\(echo(first))' and '\(echo(second))'.")
        case .endpointNotText: ErrorResponse(.protocolViolation, "The project option is not UTF-8.")
        case .wishNotText: ErrorResponse(.protocolViolation, "A neon_ option is not UTF-8.")
        }
    }

    static func wish(_ key: String) -> ErrorResponse {
        ErrorResponse(
            .featureNotSupported, "Option 'neon_\(echo(key))' is not supported: an endpoint has one compute here.",
            hint: "Leave it out of the options to connect to the endpoint as it is now.")
    }

    /// How much of a stranger's text is repeated to it.
    private static let echoLimit = 64

    private static func echo(_ text: String) -> String { String(text.prefix(echoLimit)) }

    static let startupEntries = [
        Entry(userMissing, when: "The startup packet names no user.", remedy: "Set `user`."),
        Entry(
            userNotText, when: "The user's name is not UTF-8.",
            remedy: "Send names in UTF-8; PostgreSQL converts no name before the login."),
        Entry(
            noEndpointName("<name>"),
            when: "What the host name, the options or the password call the endpoint is no name.",
            remedy: "Check the host name and the options."),
        Entry(
            namesDisagree(serverName: "<one>", option: "<another>"),
            when: "The host name names one endpoint, the options another.", remedy: "Leave one of the two out."),
        Entry(
            options(.endpointsDisagree("<one>", "<another>")), when: "The options name two endpoints.",
            remedy: "Leave one of the two out."),
        Entry(options(.endpointNotText), when: "An `endpoint=` option is not UTF-8.", remedy: "Check the options."),
        Entry(options(.wishNotText), when: "A `neon_` option is not UTF-8.", remedy: "Check the options."),
        Entry(
            wish("<key>"),
            when: "The options ask for a compute that is not the endpoint's own, such as one of the past.",
            remedy: "Make an endpoint of its own for it, or leave the option out."),
    ]
}
