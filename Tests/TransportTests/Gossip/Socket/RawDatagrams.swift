import Gossip
import NIOCore
import NIOPosix

@testable import Transport

/// A stranger's UDP socket.
struct RawDatagrams {
    private let channel: any Channel

    static func open() async throws -> RawDatagrams {
        let channel = try await DatagramBootstrap(group: Loopback.anyLoop()).bind(host: "127.0.0.1", port: 0).get()
        return RawDatagrams(channel: channel)
    }

    func send(_ datagrams: [[UInt8]], to address: MemberAddress) async throws {
        let receiver = try SocketAddress(ipAddress: address.ip, port: Int(address.port))
        for datagram in datagrams {
            try await channel.writeAndFlush(
                AddressedEnvelope(remoteAddress: receiver, data: ByteBuffer(bytes: datagram)))
        }
    }

    func close() async throws {
        try await channel.close()
    }
}
