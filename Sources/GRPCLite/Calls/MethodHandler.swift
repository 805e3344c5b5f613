/// One method of a service: its path and the function that serves a call of it, its message types erased.
package struct MethodHandler: Sendable {
    /// `/package.Service/Method`.
    package var path: String
    package var shape = CallShape.unary
    /// Whether it may answer with more than one message.
    package var isStreaming: Bool { shape == .serverStreaming || shape == .bidirectional }
    let serve: @Sendable (MessageMailbox, MessageOutlet, ServerCallContext) async throws -> Void
    /// The short way of a method with one request and one response, where it has one. `serve` does the same.
    var reply: UnaryReply?

    /// From the one request to the one response, both as bytes.
    enum UnaryReply: Sendable {
        /// Never waits.
        case prompt(@Sendable ([UInt8], ServerCallContext) throws -> [UInt8])
        case waiting(@Sendable ([UInt8], ServerCallContext) async throws -> [UInt8])
    }

    init(
        path: String, shape: CallShape = .unary, reply: UnaryReply? = nil,
        serve: @escaping @Sendable (MessageMailbox, MessageOutlet, ServerCallContext) async throws -> Void
    ) {
        self.path = path
        self.shape = shape
        self.reply = reply
        self.serve = serve
    }

    /// One request, one response.
    package static func unary<Request: GRPCMessage, Response: GRPCMessage>(
        _ path: String,
        _ body: @escaping @Sendable (Request, ServerCallContext) async throws -> Response
    ) -> MethodHandler {
        let reply: @Sendable ([UInt8], ServerCallContext) async throws -> [UInt8] = { bytes, context in
            try await body(try Request.decoded(from: bytes), context).encoded()
        }
        return MethodHandler(path: path, reply: .waiting(reply)) { inbound, outbound, context in
            try await outbound.send(try await reply(try await inbound.onlyRequest(), context))
        }
    }

    /// One request, one response, made without waiting for anything: it runs where the bytes arrive, without a task.
    /// Meanwhile no other call of its event loop moves.
    package static func unary<Request: GRPCMessage, Response: GRPCMessage>(
        _ path: String,
        _ body: @escaping @Sendable (Request, ServerCallContext) throws -> Response
    ) -> MethodHandler {
        let reply: @Sendable ([UInt8], ServerCallContext) throws -> [UInt8] = { bytes, context in
            try body(try Request.decoded(from: bytes), context).encoded()
        }
        return MethodHandler(path: path, reply: .prompt(reply)) { inbound, outbound, context in
            try await outbound.send(try reply(try await inbound.onlyRequest(), context))
        }
    }

    /// One request, any number of responses.
    package static func serverStreaming<Request: GRPCMessage, Response: GRPCMessage>(
        _ path: String,
        _ body: @escaping @Sendable (Request, ResponseWriter<Response>, ServerCallContext) async throws -> Void
    ) -> MethodHandler {
        MethodHandler(path: path, shape: .serverStreaming) { inbound, outbound, context in
            let request = try Request.decoded(from: try await inbound.onlyRequest())
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
    fileprivate func onlyRequest() async throws(GRPCStatus) -> [UInt8] {
        guard let bytes = try await next() else { throw GRPCStatus(.unimplemented, "the call needs one request") }
        guard try await next(keepsLast: true) == nil else {
            throw GRPCStatus(.unimplemented, "the call takes only one request")
        }
        return bytes
    }
}
