/// Who is on the other side of a connection, as its certificate says.
package struct PeerIdentity: Sendable, Equatable {
    /// The URI names of the peer's verified certificate, such as `sidecar://proxy/proxy-a`; empty without mutual TLS.
    package var uriNames: [String]
    /// Where its end of the connection is, `ip:port`: for records, never for decisions. Empty when nobody knows.
    package var address: String

    package init(uriNames: [String] = [], address: String = "") {
        self.uriNames = uriNames
        self.address = address
    }

    /// A peer that proved nothing.
    package static let anonymous = PeerIdentity()
}
