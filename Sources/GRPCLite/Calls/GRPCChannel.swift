/// Where calls are made: what a generated client holds.
///
/// A channel only knows how to open a call; the typed shapes below stand on that.
package protocol GRPCChannel: Sendable {
    /// Starts one call and sends its headers.
    ///
    /// - Throws: `UNAVAILABLE` when no connection can be had, `DEADLINE_EXCEEDED` when the time ran out before one was.
    func open(_ path: String, options: CallOptions) async throws(GRPCStatus) -> ClientCall
}

extension GRPCChannel {
    /// One request, one response. Cancelling the task cancels the call.
    ///
    /// - Throws: the status, whenever it is not OK.
    package func unary<Request: GRPCMessage, Response: GRPCMessage>(
        _ path: String, _ request: Request, options: CallOptions = .none
    ) async throws(GRPCStatus) -> Response {
        let call = try await open(path, options: options.shaped(.unary))
        try await call.sendLast(request)
        return try await call.onlyResponse()
    }

    /// One request, any number of responses.
    package func serverStreaming<Request: GRPCMessage, Response: GRPCMessage>(
        _ path: String, _ request: Request, options: CallOptions = .none
    ) async throws(GRPCStatus) -> ResponseStream<Response> {
        let call = try await open(path, options: options.shaped(.serverStreaming))
        try await call.sendLast(request)
        return ResponseStream(call)
    }

    /// Both sides send as they like; also the shape for client streaming, which reads one response.
    package func bidirectional<Request: GRPCMessage, Response: GRPCMessage>(
        _ path: String, options: CallOptions = .none, of types: (Request.Type, Response.Type)
    ) async throws(GRPCStatus) -> BidirectionalCall<Request, Response> {
        BidirectionalCall(try await open(path, options: options))
    }
}
