internal import GRPCLite
internal import Gossip
internal import NIOCore
internal import TLSEngine
internal import Transport

/// The link to one listener of reports: mutual TLS, and only somebody who may listen at the other end.
struct ReportChannel: Sendable {
    private let client: GRPCClientChannel

    init(to address: HostAndPort, tls: TLSContext, on group: any EventLoopGroup) {
        client = GRPCClientChannel(
            host: address.host, port: address.port, tls: tls, expectedPeer: Self.mayListen, group: group)
    }

    var channel: any GRPCChannel { client }

    func shutdown() async {
        await client.shutdown()
    }

    /// Reports go to proxies and control planes, and to nobody else who happens to hold a certificate of the fleet.
    @Sendable private static func mayListen(_ peer: PeerIdentity) -> Bool {
        switch FleetIdentity(uriNames: peer.uriNames) {
        case .proxy, .controlPlane: true
        case .compute, .admin, nil: false
        }
    }
}
