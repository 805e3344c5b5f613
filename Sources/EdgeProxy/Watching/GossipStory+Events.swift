internal import Gossip

extension GossipStory {
    /// What of it concerns those who watch. `nil`: a detail of the protocol.
    var event: FleetEvent.What? {
        switch self {
        case .memberJoined(let card): .member(card.name, .joined, detail: card.grpc)
        case .memberReplaced(let member, _, _): .member(member, .replaced, detail: "started anew")
        case .memberUpdated(let card) where card.isDraining: .member(card.name, .draining, detail: "")
        case .memberSuspected(let member, _, let accuser, let limit):
            .member(member, .suspect, detail: "by \(accuser.map(\.name) ?? "us"), dead in \(limit)")
        case .memberRefuted(let member, _): .member(member, .alive, detail: "")
        case .memberDied(let member, _, let witness):
            .member(member, .dead, detail: "by \(witness.map(\.name) ?? "us")")
        case .memberLeft(let member): .member(member, .left, detail: "")
        case .memberReturned(let member, _): .member(member, .returned, detail: "")
        case .reachedByStreamOnly(let member): .member(member, .tcpOnly, detail: "look at the network")
        case .memberUpdated, .probeUnanswered, .probeFailed, .suspicionConfirmed, .memberForgotten, .refuted,
            .nameTaken,
            .epochRaised, .localHealthChanged, .paused, .implausible, .malformed, .repairBegan, .repairCompleted,
            .repairFailed, .resynced, .alone, .notAlone, .drainBegan, .leaveBegan:
            nil
        }
    }
}
