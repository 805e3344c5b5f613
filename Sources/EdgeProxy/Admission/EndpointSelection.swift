package import Gossip
package import PostgresWire
package import TLSEngine

/// Decides which endpoint a client means: by the name it asked for in TLS (`demo.<domain>`), or by `options`.
package struct EndpointSelection: Sendable {
    /// First labels that name services of the operator and never an endpoint.
    private static let reservedLabels: Set<String> = ["api", "apiauth"]

    /// In front of which clients put an endpoint's name; lower case.
    private let domains: [String]
    private let certificates: TLSContext?

    /// - Parameters:
    ///   - domains: `localtest.me`.
    ///   - certificates: the domains of their wildcard names count too, as they are at the time.
    package init(domains: [String], certificates: TLSContext? = nil) {
        self.domains = domains.map { $0.lowercased() }
        self.certificates = certificates
    }

    /// - Parameter serverName: the name in the TLS ClientHello, if any.
    /// - Returns: `nil` when neither names one: its password has to.
    /// - Throws: what to refuse the client with.
    package func endpoint(serverName: String?, options: StartupOptions) throws(ErrorResponse) -> EndpointName? {
        let label = serverName.flatMap(label)
        guard let named = options.endpoint ?? label else { return nil }
        if let label, named != label { throw Refusals.namesDisagree(serverName: label, option: named) }
        return try Self.checked(named)
    }

    /// Whether this name in TLS names an endpoint.
    func isNamed(by serverName: String?) -> Bool { serverName.flatMap(label) != nil }

    /// The same rule wherever a client names an endpoint.
    static func checked(_ named: String) throws(ErrorResponse) -> EndpointName {
        guard let endpoint = EndpointName(named) else { throw Refusals.noEndpointName(named) }
        return endpoint
    }

    /// The first label, when the rest is our domain. Any other name counts as none: private links have their own.
    private func label(of serverName: String) -> String? {
        var name = serverName.lowercased()
        if name.hasSuffix(".") { name.removeLast() }
        guard let dot = name.firstIndex(of: "."), isServed(String(name[name.index(after: dot)...])) else { return nil }
        let label = String(name[..<dot])
        return label.isEmpty || Self.reservedLabels.contains(label) ? nil : label
    }

    private func isServed(_ domain: String) -> Bool {
        domains.contains(domain) || certificates?.wildcardDomains.contains(domain) == true
    }
}
