internal import GRPCLite
internal import Gossip
internal import NIOCore
internal import Synchronization
internal import TLSEngine
internal import Transport

/// The link to one listener of reports: mutual TLS, and only somebody who may listen at the other end.
final class ReportChannel: Sendable {
    private let client: GRPCClientChannel
    private let listener = Listener()

    /// Who was at the other end when the link was last made.
    private final class Listener: Sendable {
        let isControlPlane = Mutex(false)
    }

    init(to address: HostAndPort, tls: TLSContext, offences: OffenceCounters, on group: any EventLoopGroup) {
        client = GRPCClientChannel(
            host: address.host, port: address.port, tls: tls,
            expectedPeer: { [listener] peer in Self.mayListen(peer, listener) }, offences: offences, group: group)
    }

    var channel: any GRPCChannel { client }

    /// Whether the listener may ask for more than to be told.
    var leadsToControlPlane: Bool { listener.isControlPlane.withLock { $0 } }

    func shutdown() async {
        await client.shutdown()
    }

    /// Reports go to proxies and control planes, and to nobody else who happens to hold a certificate of the fleet.
    private static func mayListen(_ peer: PeerIdentity, _ listener: Listener) -> Bool {
        let identity = FleetIdentity(uriNames: peer.uriNames)
        if case .controlPlane = identity {
            listener.isControlPlane.withLock { $0 = true }
        } else {
            listener.isControlPlane.withLock { $0 = false }
        }
        switch identity {
        case .proxy, .controlPlane: return true
        case .compute, .admin, nil: return false
        }
    }
}
