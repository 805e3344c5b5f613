/// One call at the server, from its request headers until its stream is closed. It belongs to its connection's loop.
final class ServerCall {
    let stream: HTTP2StreamID
    let method: MethodHandler
    let context: ServerCallContext
    let wire: CallWire
    var state: CallState
    var deframer: MessageDeframer
    /// The whole request of a unary call, until its handler starts.
    var request: ReceivedMessage?
    /// Its handler is not started before some answers have left.
    var waitsToStart = false
    /// What has to come of an unfinished request before it is next asked whether that is stalled.
    var owedBytes = 0
    /// The handler. Cancelled when the call ends by other means than its return.
    var task: Task<Void, Never>?

    init(
        _ stream: HTTP2StreamID, _ method: MethodHandler, _ context: ServerCallContext, _ wire: CallWire,
        _ deframer: MessageDeframer
    ) {
        self.stream = stream
        self.method = method
        self.context = context
        self.wire = wire
        self.deframer = deframer
        state = CallState(isUnary: method.reply != nil)
    }

    /// Bytes kept here and not yet in anybody's hands.
    var bufferedBytes: Int { deframer.bufferedBytes + (request?.bytes.count ?? 0) }

    /// The same, and those that the handler has not taken.
    var heldBytes: Int { bufferedBytes + wire.waitingBytes }

    /// Bytes are kept of what nobody can use before the client has sent the rest, and nothing keeps the client from it: its
    /// windows are open.
    var isRequestAwaited: Bool {
        switch state.phase {
        case .collecting: bufferedBytes > 0
        case .serving: request == nil && bufferedBytes > 0 && wire.waitingBytes == 0
        case .answered, .closed: false
        }
    }

    func forgetRequest() {
        request = nil
        deframer = MessageDeframer(messageLimit: deframer.messageLimit, takesCompressed: deframer.takesCompressed)
    }

    /// The handler is not wanted any more: it is cancelled, and its reads and writes fail.
    func abandonHandler(_ reason: GRPCStatus) {
        wire.fail(reason)
        task?.cancel()
    }
}

extension MethodHandler {
    /// Runs the handler to its end.
    func status(of wire: CallWire, _ context: ServerCallContext) async -> GRPCStatus {
        do {
            try await CallScope.with(context.deadline) { try await serve(wire.inbound, wire.outbound, context) }
            return .ok
        } catch {
            return GRPCStatus(handlerError: error)
        }
    }
}
