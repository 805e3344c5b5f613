/// One call at the server, from its request headers until its stream is closed.
struct ServerCall {
    let inbound: MessageMailbox
    let outbound: MessageOutlet
    var deframer: MessageDeframer
    var hasDeadline: Bool
    var areHeadersSent = false
    /// The status is on its way; whatever the handler still does is of no interest to the client.
    var isAnswered = false
    /// The handler. Cancelled when the call ends by other means than its return.
    var task: Task<Void, Never>?

    /// The handler is not wanted any more: it is cancelled, and its reads and writes fail.
    func abandonHandler(_ reason: GRPCStatus) {
        inbound.abort(reason)
        outbound.fail(reason)
        task?.cancel()
    }
}

extension MethodHandler {
    /// Runs the handler to its end.
    func status(
        of inbound: MessageMailbox, _ outbound: MessageOutlet, _ context: ServerCallContext
    ) async -> GRPCStatus {
        do {
            if let deadline = context.deadline {
                // Calls made on behalf of this one end with it.
                try await CallScope.$deadline.withValue(deadline) { try await serve(inbound, outbound, context) }
            } else {
                try await serve(inbound, outbound, context)
            }
            return .ok
        } catch {
            return GRPCStatus(handlerError: error)
        }
    }
}
