internal import NIOCore
internal import PostgresWire
internal import Synchronization
internal import Transport

/// One session's entry in the registry: what is known of it, and how it can be ended from outside.
///
/// An object of its own with a lock of its own, so that a session on its way asks for nobody else's. Texts are shared with
/// those who made them; an idle session holds some 500 bytes here.
final class SessionRecord: Sendable {
    private struct State {
        var facts: SessionFacts
        var relay: RelayControl?
        var cancel: CancelGrant?
        var lastWords: ErrorResponse?
    }

    let id: SessionID
    let loop: any EventLoop
    private let task: ConnectionTask
    private let state: Mutex<State>

    init(_ facts: SessionFacts, task: ConnectionTask, loop: any EventLoop) {
        id = facts.id
        self.task = task
        self.loop = loop
        state = Mutex(State(facts: facts))
    }

    // MARK: - The session itself

    func update(_ change: (inout SessionFacts) -> Void) {
        state.withLock { change(&$0.facts) }
    }

    /// - Parameter cancel: reaches what the compute does for it.
    func joined(to compute: ComputeLocation, relay: RelayControl, cancel: CancelGrant?) {
        state.withLock { state in
            state.facts.entered(.joined)
            state.facts.compute = compute
            state.relay = relay
            state.cancel = cancel
        }
    }

    /// The relay has ended.
    func parted() {
        state.withLock { state in
            state.relay = nil
            state.cancel = nil
        }
    }

    /// What the client is to be told when it is ended from outside; `nil`: the usual.
    var lastWords: ErrorResponse? { state.withLock { $0.lastWords } }

    // MARK: - Others

    var facts: SessionFacts { state.withLock { $0.facts } }
    var cancelEntry: CancelGrant? { state.withLock { $0.cancel } }

    /// For a drain, which looks at all sessions again and again.
    var standing: DrainTurns.Standing {
        state.withLock { state in
            DrainTurns.Standing(
                id, state.facts.phase, isReplication: state.facts.replication != .none,
                hasListened: state.relay?.hasListened ?? false)
        }
    }

    func report() async -> SessionReport {
        let (facts, relay) = state.withLock { ($0.facts, $0.relay) }
        return SessionReport(facts: facts, traffic: await relay?.snapshot())
    }

    /// Now, wherever it is. Said to the client when no frame is half through; the first words given count.
    ///
    /// - Parameter words: `nil`: the usual.
    /// - Returns: whether nobody had given it its last words before.
    @discardableResult
    func end(as words: ErrorResponse? = nil) -> Bool {
        let isFirst = state.withLock { state in
            guard state.lastWords == nil else { return false }
            state.lastWords = words
            return true
        }
        task.cancel()
        return isFirst
    }

    /// As soon as nothing is under way in it. For a session that is joined; nothing happens otherwise.
    func endAtIdlePoint() {
        state.withLock { $0.relay }?.endAtIdlePoint()
    }
}
