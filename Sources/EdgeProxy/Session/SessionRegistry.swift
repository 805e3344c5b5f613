internal import Synchronization

/// The sessions that are open, for those who want to know: the admin, and a drain that waits for them to end.
///
/// To end them all, cancel the tasks of the listening socket's connections: each session then says 57P01 and closes.
package final class SessionRegistry: Sendable {
    package enum Phase: String, Sendable, Equatable {
        case handshake, authenticating, connecting, joined, cancelling
    }

    package struct Session: Sendable, Equatable {
        package var id: SessionID
        package var phase = Phase.handshake
        package var endpoint: String?
        package var role: String?
        package var remoteAddress: String?
    }

    private struct State {
        var sessions: [SessionID: Session] = [:]
        var waiters: [(number: UInt64, continuation: CheckedContinuation<Void, Never>)] = []
        var nextWaiter: UInt64 = 0
    }

    private let state = Mutex(State())

    package init() {}

    package var count: Int { state.withLock { $0.sessions.count } }

    /// In no particular order.
    package var sessions: [Session] { state.withLock { Array($0.sessions.values) } }

    func enter(_ session: Session) {
        state.withLock { $0.sessions[session.id] = session }
    }

    func update(_ id: SessionID, _ change: (inout Session) -> Void) {
        state.withLock { state in
            guard var session = state.sessions[id] else { return }
            change(&session)
            state.sessions[id] = session
        }
    }

    func leave(_ id: SessionID) {
        let waiters = state.withLock { state in
            state.sessions[id] = nil
            guard state.sessions.isEmpty else { return [CheckedContinuation<Void, Never>]() }
            defer { state.waiters = [] }
            return state.waiters.map(\.continuation)
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Returns when no session is open, or when the calling task is cancelled.
    package func waitUntilEmpty() async {
        let number = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.sessions.isEmpty || Task.isCancelled { return true }
                    state.waiters.append((number, continuation))
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
                guard let index = state.waiters.firstIndex(where: { $0.number == number }) else { return nil }
                return state.waiters.remove(at: index).continuation
            }
            waiting?.resume()
        }
    }
}
