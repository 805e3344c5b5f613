internal import TLSEngine

/// The ways in which a proxy speaks TLS by its identity in the fleet: one certificate, one authority, three contexts.
struct IdentityTLS: Sendable {
    let computes: TLSContext
    let services: TLSContext
    let links: TLSContext

    init(_ configuration: EdgeProxyConfiguration) throws(EdgeProxyConfiguration.Invalid) {
        let identity = configuration.identity
        services = try Self.context("identity-cert, identity-key, ca-file") { () throws(TLSFailure) in
            try TLSContext.server(
                certificateFile: identity.certificateFile, privateKeyFile: identity.keyFile, alpn: ["h2"],
                clientCAFile: configuration.trustedCAFile)
        }
        let link = configuration.computeLink
        computes = try Self.client(
            configuration, trusting: link.authorityFile, systemRoots: link.trustsSystemRoots, alpn: ["postgresql"])
        links = try Self.client(configuration, alpn: ["h2"])
    }

    static func files(of configuration: EdgeProxyConfiguration) -> [String] {
        [configuration.identity.certificateFile, configuration.identity.keyFile, configuration.trustedCAFile]
            + (configuration.computeLink.authorityFile.map { [$0] } ?? [])
    }

    /// Whoever has these contexts has the other's now.
    func adopt(_ other: IdentityTLS) {
        services.adopt(other.services)
        computes.adopt(other.computes)
        links.adopt(other.links)
    }

    private static func client(
        _ configuration: EdgeProxyConfiguration, trusting authorityFile: String? = nil, systemRoots: Bool = false,
        alpn: [String]
    ) throws(EdgeProxyConfiguration.Invalid) -> TLSContext {
        let fields = authorityFile == nil ? "ca-file, identity-cert, identity-key" : "compute-ca-file"
        return try context(fields) { () throws(TLSFailure) in
            try TLSContext.client(
                trustedCAFile: authorityFile ?? configuration.trustedCAFile, systemRoots: systemRoots,
                certificateFile: configuration.identity.certificateFile,
                privateKeyFile: configuration.identity.keyFile, alpn: alpn)
        }
    }

    static func context(
        _ fields: String, _ make: () throws(TLSFailure) -> TLSContext
    ) throws(EdgeProxyConfiguration.Invalid) -> TLSContext {
        do {
            return try make()
        } catch {
            throw EdgeProxyConfiguration.Invalid(field: fields, problem: "\(error)")
        }
    }
}
