/// Sends a handler's messages to the client.
package struct ResponseWriter<Message: GRPCMessage>: Sendable {
    private let outbound: MessageOutlet

    init(_ outbound: MessageOutlet) {
        self.outbound = outbound
    }

    /// Queues one message, then waits while more than ``ConnectionLimits/streamUnsentBytes`` bytes are unsent on this stream.
    ///
    /// - Parameter compress: `false` sends it as it is, although ``ServerCallContext/compressResponses()`` was said.
    /// - Throws: the status the call ended with, when it has ended; `CANCELLED` when the task is cancelled.
    package func write(_ message: Message, compress: Bool = true) async throws(GRPCStatus) {
        try await outbound.send(try message.encoded(), compress: compress)
    }
}
