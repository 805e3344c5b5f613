import EdgeProxy
import Gossip
import Synchronization

/// Gossip as a test plays it: an outbox, and what was handed over.
final class HeardFacts: Sendable {
    private let facts = Mutex<[Fact]>([])

    var all: [Fact] { facts.withLock { $0 } }

    var outbox: FactOutbox {
        FactOutbox { [self] fact in facts.withLock { $0.append(fact) } }
    }

    /// Runs an outbox around `body`.
    func run(_ body: (FactOutbox) async throws -> Void) async throws {
        let outbox = outbox
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await outbox.run() }
            try await body(outbox)
            group.cancelAll()
        }
    }
}
