/// Who is on the other side of a connection, as its certificate says.
package struct PeerIdentity: Sendable, Equatable {
    /// The URI names of the peer's verified certificate, such as `sidecar://proxy/proxy-a`; empty without mutual TLS.
    package var uriNames: [String]

    package init(uriNames: [String] = []) {
        self.uriNames = uriNames
    }

    /// A peer that proved nothing.
    package static let anonymous = PeerIdentity()
}
