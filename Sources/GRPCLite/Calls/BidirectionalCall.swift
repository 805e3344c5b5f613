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
    /// - Throws: the status the call ended with, when it has ended.
    package func send(_ request: Request) async throws(GRPCStatus) {
        try await call.send(request)
    }

    /// Half-closes: no more requests. Harmless when repeated or late.
    package func finishSending() {
        call.finishSending()
    }

    /// To be read once.
    package var responses: ResponseStream<Response> {
        ResponseStream(call)
    }

    /// Ends the call with `CANCELLED`; harmless after its end.
    package func cancel() {
        call.cancel()
    }
}
