internal import GRPCLite
package import Gossip
package import PostgresWire
internal import SidecarAPI
internal import Transport

extension PeerLinks: CancelPeers {
    package func members(named owner: CancelOwner) -> [MemberID] {
        fleet.members.lazy
            .filter { $0.id != self.fleet.me && CancelOwner($0.id, process: $0.process) == owner }
            .map(\.id)
    }

    package func cancel(
        _ key: CancelKey, from origin: ClientOrigin, at member: MemberID, deadline: ContinuousClock.Instant
    ) async -> CancelOutcome {
        let remaining = ContinuousClock.now.duration(to: deadline)
        guard remaining > .zero, let channel = channel(to: member) else { return .failed }
        let reply = try? await PeerV1.PeerClient(channel).cancel(
            PeerV1.CancelRequest(key, from: origin), options: CallOptions(timeout: remaining))
        return reply.flatMap { CancelOutcome($0.outcome) } ?? .failed
    }
}
