internal import Synchronization

/// The task that serves one connection of a listening socket, for those who may have to end that one alone.
package final class ConnectionTask: Sendable {
    private enum State {
        case notStarted
        case running(Task<Void, Never>)
        case cancelled
        case over
    }

    private let state = Mutex(State.notStarted)

    /// Cancels it; what it does then is its own affair. Nothing happens when it is over, and safe to call again.
    package func cancel() {
        let task = state.withLock { state -> Task<Void, Never>? in
            switch state {
            case .running(let task): return task
            case .notStarted:
                state = .cancelled
                return nil
            case .cancelled, .over: return nil
            }
        }
        task?.cancel()
    }

    func started(_ task: Task<Void, Never>) {
        let isCancelled = state.withLock { state in
            switch state {
            case .cancelled: return true
            case .notStarted:
                state = .running(task)
                return false
            case .running, .over: return false
            }
        }
        if isCancelled { task.cancel() }
    }

    /// Lets go of the task, which holds its connection.
    func ended() {
        state.withLock { $0 = .over }
    }
}
