package import Gossip

/// What the proxy's gossip does for the rest of it. Whoever holds the ``GossipNode`` fills this in.
package struct FleetGossip: Sendable {
    /// The run of this process, as in its card. `nil`: it does not gossip.
    package var process: ProcessID?
    /// Publishes a fact. Returns when the node has it, so that what was acknowledged before a crash of the agent's
    /// proxy is on its way to the others.
    package var handOver: @Sendable (Fact) async -> Void
    /// Cards that came over a mutually verified stream. Returns when ``FleetView`` has been told of them.
    package var cardsHeard: @Sendable ([MemberCard]) async -> Void
    /// Answers one step of a member's repair. `nil`: there is nothing to repair with.
    package var answer: @Sendable (RepairQuestion) async -> RepairAnswer?

    /// Whether what is known here agrees with the others: news would have come.
    package var isCurrent: @Sendable () -> Bool

    package init(
        process: ProcessID?, handOver: @escaping @Sendable (Fact) async -> Void,
        cardsHeard: @escaping @Sendable ([MemberCard]) async -> Void,
        answer: @escaping @Sendable (RepairQuestion) async -> RepairAnswer?,
        isCurrent: @escaping @Sendable () -> Bool = { true }
    ) {
        self.process = process
        self.handOver = handOver
        self.cardsHeard = cardsHeard
        self.answer = answer
        self.isCurrent = isCurrent
    }

    /// A proxy that hears and tells nothing: alone, or with a fixed list of members.
    package static let none = FleetGossip(process: nil, handOver: { _ in }, cardsHeard: { _ in }, answer: { _ in nil })
}
