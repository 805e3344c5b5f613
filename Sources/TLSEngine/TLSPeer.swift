/// What a finished handshake told about the other side.
package struct TLSPeer: Sendable, Equatable {
    /// The name the client asked for (SNI), as it sent it. `nil` on a client's own engine.
    package var serverName: String?
    /// The protocol both chose (ALPN).
    package var alpn: String?
    /// The URI names of the peer's verified certificate, e.g. `sidecar://proxy/proxy-a`; empty without one.
    package var uriNames: [String]
    /// The DNS names of the peer's verified certificate; empty without one.
    package var dnsNames: [String]
    /// As OpenSSL spells it: `TLSv1.3`.
    package var tlsVersion: String
    /// `tls-server-end-point` (RFC 5929 §4) of the certificate that the server showed: on a server's engine of its own,
    /// on a client's engine of the peer's. `nil`: that certificate's signature has no hash function to name, so that
    /// there is no such binding.
    package var tlsServerEndPoint: [UInt8]?

    package init(
        serverName: String? = nil, alpn: String? = nil, uriNames: [String] = [], dnsNames: [String] = [],
        tlsVersion: String = "TLSv1.3", tlsServerEndPoint: [UInt8]? = nil
    ) {
        self.serverName = serverName
        self.alpn = alpn
        self.uriNames = uriNames
        self.dnsNames = dnsNames
        self.tlsVersion = tlsVersion
        self.tlsServerEndPoint = tlsServerEndPoint
    }
}
