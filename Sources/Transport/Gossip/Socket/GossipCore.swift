package import Gossip

/// What a `GossipSocket` drives: `GossipNode`, or a simpler one in a test.
package protocol GossipCore: Sendable {
    var card: MemberCard { get }
    /// When `timePassed` is due; `never` when it is not.
    var nextDeadline: GossipInstant { get }

    mutating func handle(_ input: GossipNode.Input, at now: GossipInstant, into actions: inout [GossipNode.Action])

    mutating func answer(
        _ question: RepairQuestion, at now: GossipInstant, into actions: inout [GossipNode.Action]
    ) -> RepairAnswer
}

extension GossipNode: GossipCore {}
