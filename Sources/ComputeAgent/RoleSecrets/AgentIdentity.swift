internal import Logging
internal import TLSEngine
internal import Telemetry
internal import Transport

/// How this compute proves who it is over gRPC, both ways, and that with its newest certificate.
struct AgentIdentity: AgentPart {
    /// To proxies that ask.
    let services: TLSContext
    /// To whoever hears its reports.
    let links: TLSContext
    private let renewal: TLSRenewal
    private let registry: MetricRegistry
    private let log: Logger

    init(_ certificates: AgentCertificates, registry: MetricRegistry, log: Logger) throws {
        services = try certificates.serverContext()
        links = try certificates.clientContext()
        renewal = TLSRenewal(
            files: [certificates.certificateFile, certificates.privateKeyFile, certificates.authorityFile],
            [(services, certificates.serverContext), (links, certificates.clientContext)])
        self.registry = registry
        self.log = log
        renewal.show(as: "identity", in: registry)
    }

    func run() async {
        await renewal.run { [renewal, registry, log] trouble in
            if let trouble {
                log.error("certificate cannot be used; the former one stays", metadata: ["reason": "\(trouble)"])
            } else {
                renewal.show(as: "identity", in: registry)
                log.notice("certificate loaded")
            }
        }
    }
}

extension AgentCertificates {
    @Sendable fileprivate func serverContext() throws -> TLSContext {
        try TLSContext.server(
            certificateFile: certificateFile, privateKeyFile: privateKeyFile, alpn: ["h2"], clientCAFile: authorityFile)
    }

    @Sendable fileprivate func clientContext() throws -> TLSContext {
        try TLSContext.client(
            trustedCAFile: authorityFile, certificateFile: certificateFile, privateKeyFile: privateKeyFile, alpn: ["h2"]
        )
    }
}
