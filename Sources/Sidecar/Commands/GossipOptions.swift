internal import ArgumentParser
internal import EdgeProxy
internal import Gossip
internal import Transport

/// How a proxy finds the others and talks to them.
struct GossipOptions: ParsableArguments {
    @Option(help: "Where gossip's datagrams are taken: an address of this machine in numbers.")
    var gossip = ListenAddress(host: "127.0.0.1", port: 7946)

    @Option(help: "The address that other members are told instead; port 0 for the one that is bound.")
    var gossipAdvertise: ListenAddress?

    @Option(help: "Where other members reach our gRPC, when that is not where it listens.")
    var grpcAdvertise: ListenAddress?

    @Option(help: "Keys of the fleet, a line each: “ID 64-HEX-DIGITS [send|receive]”. Watched; mode 0600 or 0400.")
    var gossipKeyFile: String?

    @Option(help: "The fleet's id, such as release/namespace. Fleets with different ids never understand each other.")
    var cluster: String?

    @Option(
        help: "Where other members may be: host:port of their gossip; a name is looked up again and again. Repeatable.")
    var join: [SeedArgument] = []

    @Option(
        help: """
            The id in the identity certificates of proxies that share one, as the replicas of a Deployment do. Default: \
            each has its own, with the id of --id.
            """)
    var sharedIdentity: String?

    @Option(help: "How many proxies there should be: for the metrics alone.")
    var replicas: Int?

    /// - Returns: `nil` without a key file: a proxy that is alone, for good.
    func settings() throws -> GossipSettings? {
        guard let gossipKeyFile else {
            guard join.isEmpty else {
                throw CommandFailure.badConfiguration(
                    "--gossip-key-file: is missing, and gossip is never sent in clear")
            }
            return nil
        }
        guard let cluster else {
            throw CommandFailure.badConfiguration("--cluster: is missing: members of one fleet have one id")
        }
        guard let cluster = ClusterID(cluster) else {
            throw CommandFailure.badConfiguration(
                "--cluster: must be 1 to \(ClusterID.lengthLimit) bytes without control characters")
        }
        var advertise: MemberAddress?
        if let gossipAdvertise {
            advertise = MemberAddress(ip: gossipAdvertise.host, port: UInt16(gossipAdvertise.port))
            guard advertise != nil else {
                throw CommandFailure.badConfiguration("--gossip-advertise: must be an address in numbers")
            }
        }
        return GossipSettings(
            bind: gossip.networkAddress, advertise: advertise, advertiseGRPC: grpcAdvertise?.networkAddress,
            cluster: cluster, keyFile: gossipKeyFile, seeds: join.map(\.target), replicasWanted: replicas)
    }
}

/// `host:port` of a member, or of a name with an address per member.
struct SeedArgument: ExpressibleByArgument, CustomStringConvertible {
    let target: DiscoveryTarget

    init?(argument: String) {
        guard let target = DiscoveryTarget(argument) else { return nil }
        self.target = target
    }

    var description: String { target.description }
}
