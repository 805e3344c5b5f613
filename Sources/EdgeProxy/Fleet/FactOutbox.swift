package import Gossip

/// Facts that were learned here, on their way to gossip.
package final class FactOutbox: Sendable {
    /// Facts that nobody waits for and that wait themselves; beyond it the oldest are dropped. What they say is found out
    /// again: by the next failed dial, or from the agent.
    private static let limit = 4096

    private let handOver: @Sendable (Fact) async -> Void
    private let posted: AsyncStream<Fact>
    private let posting: AsyncStream<Fact>.Continuation

    /// - Parameter handOver: returns when gossip has the fact.
    package init(handOver: @escaping @Sendable (Fact) async -> Void) {
        self.handOver = handOver
        (posted, posting) = AsyncStream.makeStream(of: Fact.self, bufferingPolicy: .bufferingNewest(Self.limit))
    }

    /// Hands over what was posted, until its task is cancelled.
    package func run() async {
        for await fact in posted { await handOver(fact) }
    }

    /// Returns when gossip has it.
    package func publish(_ fact: Fact) async { await handOver(fact) }

    /// For those who cannot wait.
    package func post(_ fact: Fact) { posting.yield(fact) }
}
