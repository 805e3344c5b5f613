internal import GRPCLite
internal import Gossip
internal import NIOCore
internal import Synchronization
internal import TLSEngine
internal import Transport

/// The links to computes' agents: made when first needed, to exactly the compute that was reported, and let go when the
/// endpoint has another one or nobody has asked for some time.
final class AgentLinks: Sendable {
    private struct Link: Sendable {
        var agent: NetworkAddress
        var computeID: String
        var channel: any GRPCChannel
    }

    private static let limits = CacheLimits(size: 4_096, timeToLive: .seconds(10 * 60))

    private let tls: TLSContext
    private let group: any EventLoopGroup
    private let offences: OffenceCounters
    private let links = Mutex(TimedLRU<EndpointName, Link>(AgentLinks.limits))

    /// - Parameters:
    ///   - tls: proves who we are.
    ///   - offences: of agents.
    init(tls: TLSContext, group: any EventLoopGroup, offences: OffenceCounters) {
        self.tls = tls
        self.group = group
        self.offences = offences
    }

    /// - Returns: a channel that connects only to an agent whose certificate names this endpoint and this compute.
    func channel(to location: ComputeLocation, at agent: NetworkAddress) -> any GRPCChannel {
        let expected = FleetIdentity.compute(location.endpoint, computeID: location.computeID)
        // One that makes way is closed outside the lock.
        let (channel, former) = links.withLock { links -> (any GRPCChannel, Link?) in
            let known = links.touch(location.endpoint, now: .now)
            if let known, known.agent == agent, known.computeID == location.computeID { return (known.channel, nil) }
            let channel = GRPCClientChannel(
                host: agent.host, port: agent.port, tls: tls,
                expectedPeer: { FleetIdentity(uriNames: $0.uriNames) == expected }, offences: offences,
                group: group)
            links.insert(
                Link(agent: agent, computeID: location.computeID, channel: channel), for: location.endpoint, now: .now)
            return (channel, known)
        }
        _ = consume former
        return channel
    }
}
