package import Transport

/// From whom a PROXY header is expected. Never a guess: what a connection has to begin with is settled by its peer's
/// address before its first byte is read.
package struct ProxyProtocolSettings: Sendable, Equatable {
    package enum Mode: String, Sendable, CaseIterable {
        /// No connection begins with a header; one that does is no Postgres client.
        case rejected
        /// Connections begin with a header: those of ``balancers``, or all of them when no balancers are named.
        case required
    }

    package var mode = Mode.rejected
    /// Whose word is taken. Their connections must begin with a header; those of everybody else are clients that came
    /// straight to us, and never speak for others. Empty: everybody is a balancer, for networks where nobody else can
    /// reach this port.
    package var balancers: [IPRange] = []
    /// For the whole header, within the limit of the handshake.
    package var headerLimit: Duration = .seconds(5)

    package init() {}

    func expectsHeader(from peer: IPAddress?) -> Bool {
        guard mode == .required, !balancers.isEmpty else { return mode == .required }
        return peer.map { peer in balancers.contains { $0.contains(peer) } } ?? false
    }
}
