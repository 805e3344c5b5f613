internal import TLSEngine

/// The four ways in which a proxy speaks TLS.
struct EdgeTLS {
    /// With clients: the edge's certificate, `postgresql` as the only protocol.
    let clients: TLSContext
    /// With computes: our identity shown, theirs checked against the fleet's authority.
    let computes: TLSContext
    /// As the server of Reports, Peer and Admin: both sides show who they are.
    let services: TLSContext
    /// As a caller of other members.
    let links: TLSContext

    init(_ configuration: EdgeProxyConfiguration) throws(EdgeProxyConfiguration.Invalid) {
        let (edge, identity) = (configuration.edge, configuration.identity)
        clients = try Self.context("tls-cert, tls-key") { () throws(TLSFailure) in
            try TLSContext.server(
                certificateFile: edge.certificateFile, privateKeyFile: edge.keyFile, alpn: ["postgresql"])
        }
        services = try Self.context("identity-cert, identity-key, ca-file") { () throws(TLSFailure) in
            try TLSContext.server(
                certificateFile: identity.certificateFile, privateKeyFile: identity.keyFile, alpn: ["h2"],
                clientCAFile: configuration.trustedCAFile)
        }
        computes = try Self.client(configuration, alpn: ["postgresql"])
        links = try Self.client(configuration, alpn: ["h2"])
    }

    private static func client(
        _ configuration: EdgeProxyConfiguration, alpn: [String]
    ) throws(EdgeProxyConfiguration.Invalid) -> TLSContext {
        try context("ca-file, identity-cert, identity-key") { () throws(TLSFailure) in
            try TLSContext.client(
                trustedCAFile: configuration.trustedCAFile,
                certificateFile: configuration.identity.certificateFile,
                privateKeyFile: configuration.identity.keyFile, alpn: alpn)
        }
    }

    private static func context(
        _ fields: String, _ make: () throws(TLSFailure) -> TLSContext
    ) throws(EdgeProxyConfiguration.Invalid) -> TLSContext {
        do {
            return try make()
        } catch {
            throw EdgeProxyConfiguration.Invalid(field: fields, problem: "\(error)")
        }
    }
}
