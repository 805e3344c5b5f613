internal import Gossip
internal import SidecarAPI

// What gossip believes, as `sidecar.admin.v1` tells it.

extension AdminV1.MembersReply {
    init(_ snapshot: GossipService.Snapshot, isDraining: Bool) {
        let members = snapshot.members.map { report in
            var member = AdminV1.Member(report)
            if report.isMe {
                member.draining = isDraining
                member.localHealth = UInt32(clamping: snapshot.counters.localHealth)
            }
            return member
        }
        let gossip = AdminV1.GossipState(
            stalenessMillis: UInt64(max(0, snapshot.staleness / .milliseconds(1))), synced: snapshot.isSynced,
            stateRoot: snapshot.stateRoot, facts: UInt64(clamping: snapshot.counters.facts),
            addressesFound: UInt32(clamping: snapshot.addressesFound))
        self.init(members: members, gossip: gossip)
    }
}

extension AdminV1.Member {
    fileprivate init(_ report: MemberReport) {
        let card = report.card
        self.init(
            id: card.name.name, grpcAddress: card.grpc, state: report.isMe ? "self" : "\(report.health)",
            draining: card.isDraining, startedUnixMicros: Int64(clamping: card.epoch.multipliedClamping(by: 1000)),
            gossipAddress: card.address.text, incarnation: card.incarnation,
            roundTripMicros: report.roundTrip.map { UInt64(max(0, $0 / .microseconds(1))) } ?? 0,
            lossPerMille: UInt32(min(max(report.lossShare, 0), 1) * 1000), sendingKey: UInt32(card.sendingKeyID),
            keys: card.keyIDs.map { UInt32($0) }, streamOnly: report.reachedByStreamOnly)
    }
}

extension UInt64 {
    /// A stranger's epoch may be anything.
    fileprivate func multipliedClamping(by factor: UInt64) -> UInt64 {
        let (product, isTooLarge) = multipliedReportingOverflow(by: factor)
        return isTooLarge ? .max : product
    }
}
