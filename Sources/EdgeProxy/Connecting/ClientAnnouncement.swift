internal import NIOCore
internal import Transport

/// Tells computes who their clients are, when asked to: a PROXY header of version 2 before everything else, TLS included.
///
/// Its destination is the compute's own address as it was dialled: that is the connection which the header begins.
package struct ClientAnnouncement: Sendable {
    package static let none = ClientAnnouncement(isWanted: false)

    private let isWanted: Bool

    package init(isWanted: Bool) {
        self.isWanted = isWanted
    }

    /// - Parameter compute: the connection to it.
    /// - Returns: nothing when nobody wants a header.
    func header(of origin: ClientOrigin, on compute: ByteStream) -> ByteBuffer {
        guard isWanted else { return ByteBuffer() }
        let header = ProxyHeader(Self.speaker(origin, compute), privateLink: origin.privateLink.flatMap(Self.link))
        // Only a private link's name could be too long, and that came in a header itself.
        return header.encodedV2() ?? ByteBuffer()
    }

    private static func speaker(_ origin: ClientOrigin, _ compute: ByteStream) -> ProxyHeader.Speaker {
        guard let source = origin.address, let port = UInt16(exactly: origin.port), let peer = compute.remoteAddress,
            let address = IPAddress(peer)
        else { return .unknown }
        return .client(
            source: ProxyHeader.Endpoint(address: source, port: port),
            destination: ProxyHeader.Endpoint(address: address, port: UInt16(clamping: peer.port ?? 0)))
    }

    /// Azure's links are numbers, AWS's never are.
    private static func link(_ text: String) -> ProxyHeader.PrivateLink? {
        UInt32(text).map { .azure($0) } ?? .aws(text)
    }
}
