internal import Synchronization

/// The tasks of a listening socket's connections, from accept until the stream is closed.
final class Connections: Sendable {
    private struct State {
        var nextID: UInt64 = 0
        var tasks: [UInt64: Task<Void, Never>] = [:]
        var waiters: [(ticket: WaitTicket, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    var count: Int { state.withLock { $0.tasks.count } }

    func start(_ stream: ByteStream, _ body: @escaping @Sendable (ByteStream) async -> Void) {
        state.withLock { state in
            let id = state.nextID
            state.nextID += 1
            // Not a child of anyone: a connection begins in an event loop. This object is its parent: it can cancel
            // it and wait for it. The task cannot remove itself before it is entered, since both take the lock.
            let task = Task(executorPreference: LoopExecutor(stream.eventLoop)) {
                await body(stream)
                await stream.close()
                stream.task.ended()
                self.ended(id)
            }
            state.tasks[id] = task
            stream.task.started(task)
        }
    }

    func cancelAll() {
        for task in state.withLock({ Array($0.tasks.values) }) { task.cancel() }
    }

    /// Returns when there is no connection, or when the calling task is cancelled.
    func waitUntilNone() async {
        let ticket = WaitTicket()
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard !state.tasks.isEmpty, !ticket.isCancelled else { return true }
                    state.waiters.append((ticket, continuation))
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            ticket.cancel()
            let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
                guard let index = state.waiters.firstIndex(where: { $0.ticket === ticket }) else { return nil }
                return state.waiters.remove(at: index).continuation
            }
            waiting?.resume()
        }
    }

    private func ended(_ id: UInt64) {
        let waiters = state.withLock { state in
            state.tasks[id] = nil
            guard state.tasks.isEmpty else { return [CheckedContinuation<Void, Never>]() }
            defer { state.waiters = [] }
            return state.waiters.map(\.continuation)
        }
        for waiter in waiters { waiter.resume() }
    }
}
