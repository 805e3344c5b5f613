internal import NIOCore
package import Transport

/// Where a client comes from, as rules, limits and logs see it.
package struct ClientOrigin: Sendable, Equatable, CustomStringConvertible {
    /// The source that a trusted balancer named, or else the socket's peer. `nil`: unknown, which no rule lets in.
    package var address: IPAddress?
    package var port: Int
    /// The private link it came through, by a trusted balancer's word: an AWS VPC endpoint id, or an Azure link id.
    package var privateLink: String?

    package init(address: IPAddress?, port: Int = 0, privateLink: String? = nil) {
        self.address = address
        self.port = port
        self.privateLink = privateLink
    }

    package static let unknown = ClientOrigin(address: nil)

    /// Whether it is on the machine that this process runs on.
    var isThisMachine: Bool {
        guard let address else { return false }
        return address.family == .v4 ? address.number >> 24 == 127 : address.number == 1
    }

    /// The peer of the socket itself.
    init(_ stream: ByteStream) {
        self.init(
            address: stream.remoteAddress.flatMap { IPAddress($0) }, port: stream.remoteAddress?.port ?? 0)
    }

    /// `192.0.2.1:5432`, `[2001:db8::1]:5432`, `unknown`.
    package var description: String {
        address.map { NetworkAddress(host: "\($0)", port: port).text } ?? "unknown"
    }
}
