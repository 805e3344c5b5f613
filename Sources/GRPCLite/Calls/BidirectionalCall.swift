/// A call in which both sides send as they like.
///
/// One task sends and one task reads; they may be two. Dropping the call and its responses cancels it.
package struct BidirectionalCall<Request: GRPCMessage, Response: GRPCMessage>: Sendable {
    private let call: ClientCall

    init(_ call: ClientCall) {
        self.call = call
    }

    /// Queues one message, then waits while too much is unsent on this stream.
    ///
    /// - Parameter compress: `false` sends it as it is, whatever the options say.
    /// - Throws: the status the call ended with, when it has ended.
    package func send(_ request: Request, compress: Bool = true) async throws(GRPCStatus) {
        try await call.send(request, compress: compress)
    }

    /// Half-closes: no more requests. Harmless when repeated or late.
    package func finishSending() {
        call.finishSending()
    }

    /// What came with the response headers: there as soon as the first response is, and empty before.
    package var initialMetadata: Metadata { call.reply.initial }

    /// What came with the status: there once the responses have ended, well or badly, and empty before.
    package var trailingMetadata: Metadata { call.reply.trailing }

    /// Whether the response that was read last came compressed.
    package var wasLastResponseCompressed: Bool { call.inbound.wasLastCompressed }

    /// To be read once.
    package var responses: ResponseStream<Response> {
        ResponseStream(call)
    }

    /// Ends the call with `CANCELLED`; harmless after its end.
    package func cancel() {
        call.cancel()
    }
}
