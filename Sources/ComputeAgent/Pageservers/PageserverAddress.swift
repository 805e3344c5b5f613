/// One way to one pageserver: `postgres://user@host:port/?sslmode=…`, `host=… port=…`, or `grpc://host:port`.
package struct PageserverAddress: Equatable, Sendable, CustomStringConvertible {
    package enum Wire: String, Sendable { case libpq, grpc }

    package var wire: Wire
    package var host: String
    package var port: Int
    package var user: String
    /// Whether the address asks for TLS, by `sslmode`. Whoever asks gets the server's name checked.
    package var demandsTLS = false

    /// Who the pageserver takes everybody for that has a token.
    static let anybody = "no_user"
    /// PostgreSQL's own, and the pageserver's for gRPC.
    private static let libpqPort = 5432
    private static let grpcPort = 51_051

    package init(wire: Wire, host: String, port: Int, user: String = anybody, demandsTLS: Bool = false) {
        self.wire = wire
        self.host = host
        self.port = port
        self.user = user
        self.demandsTLS = demandsTLS
    }

    /// - Returns: `nil` when it names no host, or says something that this agent does not understand.
    package init?(_ text: String) {
        guard let scheme = text.firstRange(of: "://") else {
            self.init(settings: text)
            return
        }
        switch text[..<scheme.lowerBound] {
        case "postgres", "postgresql": self.init(wire: .libpq, host: "", port: Self.libpqPort)
        case "grpc": self.init(wire: .grpc, host: "", port: Self.grpcPort)
        default: return nil  // A string of the sender's; the set of schemes is closed.
        }
        var rest = text[scheme.upperBound...]
        if let mark = rest.firstIndex(of: "?") {
            for pair in rest[rest.index(after: mark)...].split(separator: "&") {
                let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
                guard parts.count == 2, take(parts[0], parts[1]) else { return nil }
            }
            rest = rest[..<mark]
        }
        guard take(authority: rest.prefix { $0 != "/" }) else { return nil }
    }

    package var description: String {
        "\(wire.rawValue) \(HostAndPort(host: host, port: port))"
    }

    /// `host=ps-a port=6400 sslmode=disable`. PostgreSQL, “Connection Strings”; without quotes and spaces around `=`.
    private init?(settings text: String) {
        self.init(wire: .libpq, host: "", port: Self.libpqPort)
        for word in text.split(separator: " ") {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, take(parts[0], parts[1]) else { return nil }
        }
        guard !host.isEmpty else { return nil }
    }

    private mutating func take(_ name: String, _ value: String) -> Bool {
        switch (name, value) {
        case ("host", _):
            host = value
            return !value.isEmpty && !value.contains(",")
        case ("port", _):
            port = Int(value) ?? 0
            return (1...65_535).contains(port)
        case ("user", _):
            user = value
            return !value.isEmpty
        case ("sslmode", "require"), ("sslmode", "verify-ca"), ("sslmode", "verify-full"):
            demandsTLS = true
            return true
        case ("sslmode", "disable"), ("sslmode", "allow"), ("sslmode", "prefer"): return true
        case ("sslmode", _): return false
        case (_, _): return true  // Other settings of libpq mean nothing to a pageserver.
        }
    }

    private mutating func take(authority text: Substring) -> Bool {
        var rest = text
        if let at = rest.lastIndex(of: "@") {
            // A password in an address is left unused: the token of the spec is what counts.
            let name = rest[..<at].prefix { $0 != ":" }
            if !name.isEmpty { user = String(name) }
            rest = rest[rest.index(after: at)...]
        }
        if let place = HostAndPort(String(rest)) {
            (host, port) = (place.host, place.port)
            return true
        }
        host = String(rest).trimmingBrackets()
        // Without brackets a colon parts a port from the host, and this one is none.
        return !host.isEmpty && !host.contains(where: { ",[] ".contains($0) })
            && (rest.hasPrefix("[") || !host.contains(":"))
    }
}

extension String {
    fileprivate func trimmingBrackets() -> String {
        hasPrefix("[") && hasSuffix("]") ? String(dropFirst().dropLast()) : self
    }
}
