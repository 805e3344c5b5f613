internal import Synchronization

/// Where this proxy is in its life; readiness is read from it.
package final class DrainState: Sendable {
    package enum Stage: String, Sendable {
        case starting, serving, draining
    }

    private let current = Mutex(Stage.starting)
    private let requests: AsyncStream<Void>
    private let request: AsyncStream<Void>.Continuation

    package init() {
        (requests, request) = AsyncStream.makeStream(of: Void.self)
    }

    package var stage: Stage { current.withLock { $0 } }
    package var isDraining: Bool { stage == .draining }

    /// Goes to serving, unless somebody asked to stop before it came to that.
    package func beganServing() {
        current.withLock { stage in
            if stage == .starting { stage = .serving }
        }
    }

    /// Goes to draining, from wherever it was. Safe to call again.
    package func beganDraining() {
        current.withLock { $0 = .draining }
        request.finish()
    }

    /// Returns when the drain has begun, or the calling task is cancelled. For one caller.
    package func waitForDrain() async {
        for await _ in requests {}
    }
}
