/// One method of a service: its path and the function that serves a call of it, its message types erased.
package struct MethodHandler: Sendable {
    /// `/package.Service/Method`.
    package var path: String
    package var shape = CallShape.unary
    /// Whether it may answer with more than one message.
    package var isStreaming: Bool { shape == .serverStreaming || shape == .bidirectional }
    let serve: @Sendable (MessageMailbox, MessageOutlet, ServerCallContext) async throws -> Void

    /// One request, one response.
    package static func unary<Request: GRPCMessage, Response: GRPCMessage>(
        _ path: String,
        _ body: @escaping @Sendable (Request, ServerCallContext) async throws -> Response
    ) -> MethodHandler {
        MethodHandler(path: path) { inbound, outbound, context in
            let request: Request = try await inbound.onlyRequest()
            try await outbound.send(try await body(request, context).encoded())
        }
    }

    /// One request, any number of responses.
    package static func serverStreaming<Request: GRPCMessage, Response: GRPCMessage>(
        _ path: String,
        _ body: @escaping @Sendable (Request, ResponseWriter<Response>, ServerCallContext) async throws -> Void
    ) -> MethodHandler {
        MethodHandler(path: path, shape: .serverStreaming) { inbound, outbound, context in
            let request: Request = try await inbound.onlyRequest()
            try await body(request, ResponseWriter(outbound), context)
        }
    }

    /// Any number of requests, one response.
    package static func clientStreaming<Request: GRPCMessage, Response: GRPCMessage>(
        _ path: String,
        _ body: @escaping @Sendable (RequestStream<Request>, ServerCallContext) async throws -> Response
    ) -> MethodHandler {
        MethodHandler(path: path, shape: .clientStreaming) { inbound, outbound, context in
            try await outbound.send(try await body(RequestStream(inbound), context).encoded())
        }
    }

    /// Both sides send as they like.
    package static func bidirectional<Request: GRPCMessage, Response: GRPCMessage>(
        _ path: String,
        _ body:
            @escaping @Sendable (RequestStream<Request>, ResponseWriter<Response>, ServerCallContext) async throws ->
            Void
    ) -> MethodHandler {
        MethodHandler(path: path, shape: .bidirectional) { inbound, outbound, context in
            try await body(RequestStream(inbound), ResponseWriter(outbound), context)
        }
    }
}

extension MessageMailbox {
    /// Reads the single request of a unary or server-streaming call. Zero or two are violations of cardinality.
    fileprivate func onlyRequest<Request: GRPCMessage>() async throws(GRPCStatus) -> Request {
        guard let bytes = try await next() else { throw GRPCStatus(.unimplemented, "the call needs one request") }
        guard try await next() == nil else { throw GRPCStatus(.unimplemented, "the call takes only one request") }
        return try Request.decoded(from: bytes)
    }
}
