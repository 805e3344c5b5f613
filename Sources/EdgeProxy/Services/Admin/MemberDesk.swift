internal import GRPCLite
internal import Gossip
internal import SidecarAPI

/// Who is in the fleet, for an operator.
struct MemberDesk: Sendable {
    let fleet: FleetView
    let startedUnixMicros: Int64
    let drain: DrainState
    let links: PeerLinks
    /// `nil`: members are asked one by one whether they live.
    let gossip: GossipService?

    func members() async -> AdminV1.MembersReply {
        if let snapshot = await gossip?.snapshot() {
            return AdminV1.MembersReply(snapshot, isDraining: drain.isDraining)
        }
        let known = await withTaskGroup(of: AdminV1.Member.self) { group in
            for member in fleet.members { group.addTask { await look(at: member) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        return AdminV1.MembersReply(members: known.sorted { $0.id < $1.id })
    }

    func resync() async throws(GRPCStatus) {
        guard let gossip else { throw GRPCStatus(.failedPrecondition, "this proxy does not gossip") }
        await gossip.resync()
    }

    private func look(at member: FleetMember) async -> AdminV1.Member {
        let id = member.id.name
        guard member.id != fleet.me else {
            return AdminV1.Member(
                id: id, grpcAddress: member.grpc.text, state: "self", draining: drain.isDraining,
                startedUnixMicros: startedUnixMicros)
        }
        switch await links.liveness(of: member.id) {
        case .alive(let isDraining, _):
            return AdminV1.Member(id: id, grpcAddress: member.grpc.text, state: "alive", draining: isDraining)
        case .unreachable:
            return AdminV1.Member(id: id, grpcAddress: member.grpc.text, state: "unreachable")
        }
    }
}
