/// A storage address as people may see it.
///
/// What may prove somebody is not kept: neither user nor password, nor any parameter that is not known to be harmless. A
/// password that should have been percent-encoded, and was not, does not show either: everything up to the last `@` goes.
package enum AddressShown {
    private static let hidden = "***"
    private static let harmless: Set<Substring> = [
        "host", "hostaddr", "port", "dbname", "sslmode", "sslnegotiation", "connect_timeout", "application_name",
    ]

    /// - Parameter address: a URL (RFC 3986), or words `name=value` as libpq takes them (PostgreSQL manual, “Connection
    ///   Strings”).
    package static func withoutSecrets(_ address: String) -> String {
        guard let scheme = address.firstRange(of: "://") else {
            return printable(address.split(whereSeparator: \.isWhitespace).map(parameter).joined(separator: " "))
        }
        var rest = address[scheme.upperBound...]
        var shown = String(address[..<scheme.upperBound])
        if let end = rest.lastIndex(of: "@") {
            rest = rest[rest.index(after: end)...]
            shown += hidden + "@"
        }
        rest = rest.prefix { $0 != "#" }
        let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        shown += parts[0]
        if parts.count > 1 { shown += "?" + parts[1].split(separator: "&").map(parameter).joined(separator: "&") }
        return printable(shown)
    }

    private static func parameter(_ text: Substring) -> String {
        guard let sign = text.firstIndex(of: "=") else { return hidden }
        let name = text[..<sign]
        return harmless.contains(name) ? String(text) : "\(name)=\(hidden)"
    }

    /// An operator's terminal does nothing that an agent wants.
    static func printable(_ text: some StringProtocol) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "?" : $0 }))
    }
}
