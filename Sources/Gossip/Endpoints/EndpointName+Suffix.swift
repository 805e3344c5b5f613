/// Names of the same endpoint with another way in: `demo-pooler` goes to a pooler in front of its compute, if the control
/// plane knows one, and `demo-local-proxy` to a proxy beside it. Both words are Neon's.
extension EndpointName {
    private static let suffixes = ["-pooler", "-local-proxy"]

    /// The endpoint itself, whose roles, rules and facts are meant whichever way in was named.
    package var unsuffixed: EndpointName {
        for suffix in Self.suffixes where text.hasSuffix(suffix) {
            // A name that is nothing but a suffix is one of its own.
            return EndpointName(String(text.dropLast(suffix.count))) ?? self
        }
        return self
    }

    package var isSuffixed: Bool { unsuffixed != self }

    /// The names with a suffix under which others may know this endpoint; none of a name that has one, or that leaves no
    /// room for it.
    package var suffixed: [EndpointName] {
        isSuffixed ? [] : Self.suffixes.compactMap { EndpointName(text + $0) }
    }
}
