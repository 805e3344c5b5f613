internal import Synchronization

/// The part of a client connection that tasks may hold: it opens calls from any thread.
package final class ClientCaller: Sendable {
    private let commands: CommandQueue<ClientCommand>
    private let messageLimit: Int
    private let unpacked: UnpackedBytes
    private let unsentLimit: Int
    private let isOpen = Atomic(true)
    private let isAnswered = Atomic(false)

    init(commands: CommandQueue<ClientCommand>, _ limits: ConnectionLimits, _ offences: OffenceCounters) {
        self.commands = commands
        unpacked = UnpackedBytes(offences)
        messageLimit = limits.messageSize
        unsentLimit = limits.streamUnsentBytes
    }

    /// Whether new calls are taken; once `false`, a new connection is needed.
    package var acceptsCalls: Bool {
        isOpen.load(ordering: .acquiring)
    }

    /// Whether the server has answered any call on this connection.
    package var hadAnswer: Bool {
        isAnswered.load(ordering: .acquiring)
    }

    func answered() {
        guard !isAnswered.load(ordering: .relaxed) else { return }
        isAnswered.store(true, ordering: .releasing)
    }

    func stopAcceptingCalls() {
        isOpen.store(false, ordering: .releasing)
    }

    /// - Parameter timeout: what is left of it for this connection.
    /// - Throws: `UNAVAILABLE` when the connection has gone, `DEADLINE_EXCEEDED` when no time is left.
    package func open(
        _ path: String, _ options: CallOptions, timeout: Duration?
    ) throws(GRPCStatus) -> ClientCall {
        if let timeout, timeout <= .zero { throw .deadlineExceeded }
        let id = ClientCall.ID.next()
        let route = CallRoute(id, commands)
        let inbound = MessageMailbox(messageLimit: messageLimit, unpacked: unpacked) { route.returnCredit($0) }
        let reply = ReplyMetadata()
        let outbound = MessageOutlet(limit: unsentLimit, encoding: options.encoding) { route.send($0) }
        let start = ClientCallStart(
            id: id, path: path, metadata: options.metadata, timeout: timeout, encoding: options.encoding,
            waitsForReady: options.waitsForReady, inbound: inbound, outbound: outbound, reply: reply, route: route)
        guard commands.post(.start(start)) else { throw GRPCStatus(.unavailable, "the connection has gone") }
        return ClientCall(inbound: inbound, outbound: outbound, reply: reply, route: route)
    }

    /// Takes over a call that another connection could not carry.
    /// - Returns: `false` when this one cannot either, or the call was cancelled meanwhile.
    package func adopt(_ call: UnprocessedCall, timeout: Duration?) -> Bool {
        var start = call.start
        start.timeout = timeout
        return start.route.join(commands, start)
    }
}

extension GRPCStatus {
    package static let cancelled = GRPCStatus(.cancelled, "the call was cancelled")
    package static let deadlineExceeded = GRPCStatus(.deadlineExceeded, "the call's deadline has passed")
}
