/// Who is on the other side of a connection, as its certificate says.
package struct PeerIdentity: Sendable, Equatable {
    /// The URI names of the peer's verified certificate, such as `sidecar://proxy/proxy-a`; empty without mutual TLS.
    package var uriNames: [String]
    /// Where its end of the connection is, `ip:port`, an IPv6 address in brackets: for records, and for what is open to this
    /// machine alone. Empty when nobody knows.
    package var address: String

    package init(uriNames: [String] = [], address: String = "") {
        self.uriNames = uriNames
        self.address = address
    }

    /// Whether it speaks over loopback (RFC 6890 §2.2). Not when nobody knows.
    package var isOnThisMachine: Bool {
        address.hasPrefix("127.") || address.hasPrefix("[::1]:") || address.hasPrefix("[::ffff:127.")
    }

    /// A peer that proved nothing.
    package static let anonymous = PeerIdentity()
}
