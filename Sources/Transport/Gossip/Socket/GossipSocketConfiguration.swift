package import Gossip

/// Where a member's gossip socket is, and its limits.
package struct GossipSocketConfiguration: Sendable {
    /// An address of this machine, `0.0.0.0` or `::` for all of them (`::` takes IPv4 too).
    package var bindAddress: String
    /// 0 lets the system choose.
    package var bindPort: Int
    /// What other members are told. Port 0 means the bound one. Without it the bound address is told, or, when that means
    /// every address of this machine, the first one that others can reach.
    package var advertise: MemberAddress?
    package var cluster: ClusterID
    package var keys: KeyRing
    /// Asked for as `SO_RCVBUF`. The kernel gives at most `net.core.rmem_max`; its usual 208 KiB hold some 90 full
    /// datagrams, since it counts memory and not bytes.
    package var receiveBuffer = 4 << 20
    /// The same for `SO_SNDBUF`: a burst beyond it is lost.
    package var sendBuffer = 1 << 20
    /// A step of the core that takes longer is told of: late answers look like a dead member.
    package var slowStep: Duration = .milliseconds(5)
    /// Senders whose replay windows are kept. At least the number of members.
    package var senderLimit = DatagramOpener.defaultSenderLimit
    /// Between two tellings of the same trouble.
    package var troubleInterval: Duration = .seconds(10)
    /// Waits before a socket that the system took away is bound again, doubled up to the second.
    package var rebindWait: Duration = .milliseconds(100)
    package var rebindWaitLimit: Duration = .seconds(5)

    package init(bindAddress: String, bindPort: Int, advertise: MemberAddress? = nil, cluster: ClusterID, keys: KeyRing)
    {
        self.bindAddress = bindAddress
        self.bindPort = bindPort
        self.advertise = advertise
        self.cluster = cluster
        self.keys = keys
    }
}
