internal import Synchronization

/// The caller's hand on one relay, from any thread: made before it, given to `Relay.join`, and harmless after it.
package final class RelayControl: Sendable {
    /// What a relay has moved until now.
    package struct Snapshot: Sendable, Equatable {
        /// Plaintext bytes.
        package var bytesFromClient: Int
        package var bytesToClient: Int
        /// Nothing is under way in the session; always false when the relay does not follow its messages.
        package var isIdle: Bool
        /// When the last byte came, from either side.
        package var lastActivity: ContinuousClock.Instant

        package init(
            bytesFromClient: Int, bytesToClient: Int, isIdle: Bool, lastActivity: ContinuousClock.Instant
        ) {
            self.bytesFromClient = bytesFromClient
            self.bytesToClient = bytesToClient
            self.isIdle = isIdle
            self.lastActivity = lastActivity
        }
    }

    enum Request: Sendable, Comparable { case endAtIdlePoint, endNow }

    private struct State {
        var request: Request?
        var relay: (any ControlledRelay)?
    }

    private let state = Mutex(State())
    private let listens = Atomic<Bool>(false)

    package init() {}

    /// Ends the relay at the next idle point of the session: the last ReadyForQuery said `I`, and nothing has come from
    /// the client since. Never, when the relay does not follow the session's messages.
    package func endAtIdlePoint() {
        ask(.endAtIdlePoint)
    }

    /// Ends the relay at once, wherever the session stands.
    package func endNow() {
        ask(.endNow)
    }

    /// The session has said LISTEN, or been notified; see ``QueryCycle/hasListened``. Cheap, and true for good.
    package var hasListened: Bool { listens.load(ordering: .relaxed) }

    func noteListening() { listens.store(true, ordering: .relaxed) }

    /// - Returns: `nil` when no relay runs.
    package func snapshot() async -> Snapshot? {
        guard let relay = state.withLock({ $0.relay }) else { return nil }
        return await withCheckedContinuation { continuation in
            relay.snapshot { continuation.resume(returning: $0) }
        }
    }

    private func ask(_ request: Request) {
        let relay = state.withLock { state in
            state.request = max(state.request ?? request, request)
            return state.relay
        }
        relay?.heed(request)
    }

    /// - Returns: what was asked for before there was a relay.
    func attach(_ relay: any ControlledRelay) -> Request? {
        state.withLock { state in
            state.relay = relay
            return state.request
        }
    }

    func detach() {
        state.withLock { $0.relay = nil }
    }
}

/// A running relay, as its control sees it: may be called from any thread, and after its end.
protocol ControlledRelay: Sendable {
    func heed(_ request: RelayControl.Request)
    /// Answers once; with `nil` after the relay's end.
    func snapshot(_ answer: @escaping @Sendable (RelayControl.Snapshot?) -> Void)
}
