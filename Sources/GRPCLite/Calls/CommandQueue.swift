internal import Synchronization

/// What tasks ask of a connection, in order. The connection's loop takes all of it at once.
///
/// This is the only way from a task to a connection: the connection itself never leaves its loop.
final class CommandQueue<Command: Sendable>: Sendable {
    private struct State {
        var waiting: [Command] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let wake: @Sendable () -> Void

    /// - Parameter wake: called from any thread when the queue stops being empty; has the loop run the commands soon.
    init(wake: @escaping @Sendable () -> Void) {
        self.wake = wake
    }

    /// - Returns: `false` when the connection has gone and nobody will run the command.
    @discardableResult
    func post(_ command: Command) -> Bool {
        let (isTaken, wasEmpty) = state.withLock { state in
            guard !state.isClosed else { return (false, false) }
            state.waiting.append(command)
            return (true, state.waiting.count == 1)
        }
        if wasEmpty { wake() }
        return isTaken
    }

    func takeAll() -> [Command] {
        state.withLock { state in
            guard !state.waiting.isEmpty else { return [] }
            defer { state.waiting = [] }
            return state.waiting
        }
    }

    /// Refuses what comes from now on.
    /// - Returns: what was still waiting.
    func close() -> [Command] {
        state.withLock { state in
            defer { state = State(waiting: [], isClosed: true) }
            return state.waiting
        }
    }
}
