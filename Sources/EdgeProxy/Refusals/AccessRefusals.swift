internal import PostgresWire
internal import Transport

/// From where one may not connect, and how often one may not (facts: edge proxy §6, §9, §19).
extension Refusals {
    /// How much of an id that somebody else chose is repeated.
    private static let echoLimit = 64

    static func notAllowed(_ denial: AccessDenial) -> ErrorResponse {
        switch denial {
        case .address(let address):
            ErrorResponse(
                .invalidAuthorization,
                "This IP address \(address.map(\.description) ?? "(unknown)") is not allowed to connect to this endpoint.",
                hint: "Add it to the endpoint's list of allowed addresses. A client that has both an IPv4 and an IPv6 "
                    + "address may come from either: check that the list has both.")
        case .privateLink(let id):
            ErrorResponse(
                .invalidAuthorization,
                "This VPC endpoint id \(id.prefix(echoLimit)) is not allowed to connect to this endpoint.",
                hint: "Add it to the list of VPC endpoint ids that may connect.")
        case .noPrivateLink:
            ErrorResponse(
                .invalidAuthorization, "VPC endpoint ID is not specified.",
                hint: "This address serves private links only. Connect through one.")
        case .blockedNetwork:
            ErrorResponse(
                .invalidAuthorization,
                "This connection is trying to access this endpoint from a blocked network.",
                hint: "The endpoint's settings say which networks may connect.")
        }
    }

    static func notAdmitted(_ refusal: AdmissionRefusal) -> ErrorResponse {
        switch refusal {
        case .strangers, .sessions, .sourceShare: tooManySessions
        case .endpointShare: ErrorResponse(.tooManyConnections, tooManyOfEndpoint, hint: tryAgainSoon)
        case .sourceRate(let wait):
            ErrorResponse(.tooManyConnections, "Too many connections attempts", hint: tryAgain(after: wait))
        }
    }

    /// The endpoint's clients connect too often.
    static func tooManyAttempts(retryAfter wait: Duration) -> ErrorResponse {
        ErrorResponse(.tooManyConnections, tooManyOfEndpoint, hint: tryAgain(after: wait))
    }

    static func tryAgain(after wait: Duration) -> String {
        let seconds = max(1, wait.components.seconds + (wait.components.attoseconds > 0 ? 1 : 0))
        return "Try again in \(seconds) second\(seconds == 1 ? "" : "s")."
    }

    private static let tooManyOfEndpoint = "Too many connections to this endpoint. Please try again later."

    static let accessEntries = [
        Entry(
            notAdmitted(.endpointShare),
            when: "The proxy has about as many clients as it takes, and the endpoint has its share of them.",
            remedy: "Keep connections open and share them. Operators: add proxies, or raise the limits."),
        Entry(
            notAdmitted(.sourceRate(retryAfter: .seconds(1))),
            when: "More connection attempts came from this address, or its IPv6 /64, than `--source-rps-limit`.",
            remedy:
                "Connect less often, or keep connections open. It is said before TLS, so that some clients show only that "
                + "something was."),
        Entry(
            tooManyAttempts(retryAfter: .seconds(1)),
            when: "The endpoint's clients try to connect more often than its own limit, or `--endpoint-rps-limit`.",
            remedy: "Connect less often: keep connections open and share them. What is refused does not count."),
        Entry(
            notAllowed(.address(IPAddress(family: .v4, number: 0xC000_0201))),
            when: "The endpoint has a list of addresses that may connect, and the client's is not on it.",
            remedy: "Add the address that the error names: it is the one that the proxy sees. Entries that cannot be "
                + "read match nobody; the proxy's log has them."),
        Entry(
            notAllowed(.privateLink("<id>")),
            when: "The endpoint has a list of private links that may connect, and the client's is not on it.",
            remedy: "Add the id that the error names."),
        Entry(
            notAllowed(.noPrivateLink), when: "The client came to a proxy for private links, and through none.",
            remedy:
                "Use the endpoint's public host name, or connect through a private link. Operators: the balancer has "
                + "to send the link's id in its PROXY header."),
        Entry(
            notAllowed(.blockedNetwork),
            when: "The endpoint takes no clients from the public network, or none from private links.",
            remedy: "Connect by the other way, or change the endpoint's settings."),
    ]
}
