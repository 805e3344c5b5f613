internal import TLSEngine
package import Telemetry

/// Everything that the control plane has to be told.
package struct ControlPlaneConfiguration: Sendable {
    /// Where the HTTP API listens. Port 0 takes a free one.
    package var httpHost = "127.0.0.1"
    package var httpPort = 3000
    /// Where agents report over gRPC. Port 0 takes a free one.
    package var grpcHost = "127.0.0.1"
    package var grpcPort = 3001
    /// Whether other machines too may ask for the health of the gRPC services, and for what they are.
    package var isInspectionOpen = false
    /// Path of the calls that proxies make.
    package var basePath = "authenticate_proxy_request"
    /// One of them every caller of the HTTP API must present.
    package var tokens: BearerTokens
    /// Folder of the endpoints.
    package var endpointsFolder: String
    package var limits = EndpointLimits()
    /// How long one wake call waits; below the 30 s that a client waits for all of it.
    package var wakeLimit: Duration = .seconds(25)
    /// This control plane's certificate and key, and the authority that agents must be certified by.
    package var certificateFile: String
    package var privateKeyFile: String
    package var authorityFile: String

    package init(
        tokens: BearerTokens, endpointsFolder: String, certificateFile: String, privateKeyFile: String,
        authorityFile: String
    ) {
        self.tokens = tokens
        self.endpointsFolder = endpointsFolder
        self.certificateFile = certificateFile
        self.privateKeyFile = privateKeyFile
        self.authorityFile = authorityFile
    }
}

extension ControlPlaneConfiguration {
    var identityFiles: [String] { [certificateFile, privateKeyFile, authorityFile] }

    /// Shows who this control plane is, and asks agents who they are.
    @Sendable func serverContext() throws -> TLSContext {
        try TLSContext.server(
            certificateFile: certificateFile, privateKeyFile: privateKeyFile, alpn: ["h2"], clientCAFile: authorityFile)
    }

    /// For calls to agents and proxies.
    func clientContext() throws -> TLSContext {
        try TLSContext.client(
            trustedCAFile: authorityFile, certificateFile: certificateFile, privateKeyFile: privateKeyFile,
            alpn: ["h2"])
    }
}
