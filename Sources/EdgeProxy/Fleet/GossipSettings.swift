package import Gossip
package import Transport

/// How a proxy gossips with the others.
package struct GossipSettings: Sendable {
    /// Where datagrams are taken: an address of this machine in numbers. Port 0 takes a free one.
    package var bind: NetworkAddress
    /// What others are told instead. `nil`: the bound address, or the first of this machine that others can reach.
    package var advertise: MemberAddress?
    /// What others are told of our gRPC instead of where it listens.
    package var advertiseGRPC: NetworkAddress?
    /// Fleets with different ids never understand each other.
    package var cluster: ClusterID
    /// Keys that datagrams are sealed with; watched for changes.
    package var keyFile: String
    /// Where other members may be. May name this one, and nobody yet.
    package var seeds: [DiscoveryTarget]
    /// How many members there should be, for the operator's eyes. `nil`: nobody has said.
    package var replicasWanted: Int?
    /// A member that has agreed with nobody for so long is not ready: what it holds may be out of date.
    package var stalenessLimit: Duration = .seconds(10)
    /// How long the start waits for the first sync with others. Then this member serves alone, and goes on looking.
    package var joinLimit: Duration = .seconds(1)
    /// For the goodbye to spread.
    package var leaveLimit: Duration = .seconds(3)

    package init(
        bind: NetworkAddress, advertise: MemberAddress? = nil, advertiseGRPC: NetworkAddress? = nil,
        cluster: ClusterID, keyFile: String, seeds: [DiscoveryTarget], replicasWanted: Int? = nil
    ) {
        self.bind = bind
        self.advertise = advertise
        self.advertiseGRPC = advertiseGRPC
        self.cluster = cluster
        self.keyFile = keyFile
        self.seeds = seeds
        self.replicasWanted = replicasWanted
    }
}
