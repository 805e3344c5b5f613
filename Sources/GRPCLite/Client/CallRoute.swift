internal import Synchronization

/// The way from a call to the connection that carries it now. A call that no server has begun to process may be carried
/// by another one later; what it said until then is said again.
final class CallRoute: Sendable {
    private struct State {
        /// `nil` while the call is between two connections.
        var commands: CommandQueue<ClientCommand>?
        var retry = TransparentRetry()
        var isCancelled = false
    }

    let id: ClientCall.ID
    private let state: Mutex<State>

    init(_ id: ClientCall.ID, _ commands: CommandQueue<ClientCommand>) {
        self.id = id
        state = Mutex(State(commands: commands))
    }

    func send(_ message: [UInt8]) {
        state.withLock { state in
            state.retry.sent(message, isBetween: state.commands == nil)
            state.commands?.post(.send(id, message))
        }
    }

    func finishSending() {
        state.withLock { state in
            state.retry.halfClosed()
            state.commands?.post(.finishSending(id))
        }
    }

    func returnCredit(_ count: Int) {
        state.withLock { _ = $0.commands?.post(.returnCredit(id, count)) }
    }

    /// - Returns: `false` when no connection has the call: whoever cancels it has to end it too.
    func cancel() -> Bool {
        state.withLock { state in
            state.isCancelled = true
            return state.commands?.post(.cancel(id)) ?? false
        }
    }

    /// An answer has begun: the call stays with this server.
    func commit() {
        state.withLock { $0.retry.commit() }
    }

    // MARK: From one connection to the next

    enum Departure {
        /// It is on no connection now.
        case left
        /// Nothing has changed: it may not go to another connection.
        case mayNot
        /// Nothing has changed: whoever made it has cancelled it, though its connection may not have heard of that.
        case isCancelled
    }

    /// Takes the call off its connection.
    func leave(_ reason: TransparentRetry.Reason) -> Departure {
        state.withLock { state in
            guard !state.isCancelled else { return .isCancelled }
            guard state.retry.mayRetry(reason) else { return .mayNot }
            state.commands = nil
            return .left
        }
    }

    /// Puts the call on another connection and says all that it said before.
    /// - Returns: `false` when that connection has gone too, or the call was cancelled meanwhile.
    func join(_ commands: CommandQueue<ClientCommand>, _ start: ClientCallStart) -> Bool {
        state.withLock { state in
            guard !state.isCancelled, let messages = state.retry.messages, commands.post(.start(start)) else {
                return false
            }
            start.outbound.restart(unsent: state.retry.byteCount)
            for message in messages { commands.post(.send(id, message)) }
            if state.retry.isHalfClosed { commands.post(.finishSending(id)) }
            state.retry.joined()
            state.commands = commands
            return true
        }
    }
}
