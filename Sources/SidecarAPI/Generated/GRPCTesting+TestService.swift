// Made from proto/grpc/testing/test.proto by scripts/generate-proto. Not edited by hand.

package import GRPCLite

extension GRPCTesting {
    /// What a server of `grpc.testing.TestService` does. A thrown `GRPCStatus` reaches the caller as it is.
    package protocol TestServiceService: Sendable {
        /// One empty message, and back.
        func emptyCall(_ request: GRPCTesting.Empty, context: ServerCallContext) async throws -> GRPCTesting.Empty
        /// A payload of the size that is asked for.
        func unaryCall(_ request: GRPCTesting.SimpleRequest, context: ServerCallContext) async throws
            -> GRPCTesting.SimpleResponse
        /// The same. A server that caches may answer it from there; ours does not.
        func cacheableUnaryCall(_ request: GRPCTesting.SimpleRequest, context: ServerCallContext) async throws
            -> GRPCTesting.SimpleResponse
        /// A payload for each of the sizes that are asked for.
        func streamingOutputCall(
            _ request: GRPCTesting.StreamingOutputCallRequest,
            to responses: ResponseWriter<GRPCTesting.StreamingOutputCallResponse>, context: ServerCallContext)
            async throws
        /// How many bytes came in all.
        func streamingInputCall(
            _ requests: RequestStream<GRPCTesting.StreamingInputCallRequest>, context: ServerCallContext
        ) async throws -> GRPCTesting.StreamingInputCallResponse
        /// Answers each request at once.
        func fullDuplexCall(
            _ requests: RequestStream<GRPCTesting.StreamingOutputCallRequest>,
            to responses: ResponseWriter<GRPCTesting.StreamingOutputCallResponse>, context: ServerCallContext)
            async throws
        /// Answers when all requests are there.
        func halfDuplexCall(
            _ requests: RequestStream<GRPCTesting.StreamingOutputCallRequest>,
            to responses: ResponseWriter<GRPCTesting.StreamingOutputCallResponse>, context: ServerCallContext)
            async throws
    }

    /// Calls `grpc.testing.TestService`. Leaving a stream, or cancelling the task, cancels the call.
    package struct TestServiceClient: Sendable {
        private let channel: any GRPCChannel

        package init(_ channel: any GRPCChannel) {
            self.channel = channel
        }

        /// One empty message, and back.
        package func emptyCall(_ request: GRPCTesting.Empty, options: CallOptions = CallOptions())
            async throws(GRPCStatus) -> GRPCTesting.Empty
        {
            try await channel.unary("/grpc.testing.TestService/EmptyCall", request, options: options)
        }

        /// A payload of the size that is asked for.
        package func unaryCall(_ request: GRPCTesting.SimpleRequest, options: CallOptions = CallOptions())
            async throws(GRPCStatus) -> GRPCTesting.SimpleResponse
        {
            try await channel.unary("/grpc.testing.TestService/UnaryCall", request, options: options)
        }

        /// The same. A server that caches may answer it from there; ours does not.
        package func cacheableUnaryCall(_ request: GRPCTesting.SimpleRequest, options: CallOptions = CallOptions())
            async throws(GRPCStatus) -> GRPCTesting.SimpleResponse
        {
            try await channel.unary("/grpc.testing.TestService/CacheableUnaryCall", request, options: options)
        }

        /// A payload for each of the sizes that are asked for.
        package func streamingOutputCall(
            _ request: GRPCTesting.StreamingOutputCallRequest, options: CallOptions = CallOptions()
        ) async throws(GRPCStatus) -> ResponseStream<GRPCTesting.StreamingOutputCallResponse> {
            try await channel.serverStreaming(
                "/grpc.testing.TestService/StreamingOutputCall", request, options: options)
        }

        /// How many bytes came in all.
        package func streamingInputCall(options: CallOptions = CallOptions()) async throws(GRPCStatus)
            -> BidirectionalCall<GRPCTesting.StreamingInputCallRequest, GRPCTesting.StreamingInputCallResponse>
        {
            try await channel.bidirectional(
                "/grpc.testing.TestService/StreamingInputCall", options: options,
                of: (GRPCTesting.StreamingInputCallRequest.self, GRPCTesting.StreamingInputCallResponse.self))
        }

        /// Answers each request at once.
        package func fullDuplexCall(options: CallOptions = CallOptions()) async throws(GRPCStatus) -> BidirectionalCall<
            GRPCTesting.StreamingOutputCallRequest, GRPCTesting.StreamingOutputCallResponse
        > {
            try await channel.bidirectional(
                "/grpc.testing.TestService/FullDuplexCall", options: options,
                of: (GRPCTesting.StreamingOutputCallRequest.self, GRPCTesting.StreamingOutputCallResponse.self))
        }

        /// Answers when all requests are there.
        package func halfDuplexCall(options: CallOptions = CallOptions()) async throws(GRPCStatus) -> BidirectionalCall<
            GRPCTesting.StreamingOutputCallRequest, GRPCTesting.StreamingOutputCallResponse
        > {
            try await channel.bidirectional(
                "/grpc.testing.TestService/HalfDuplexCall", options: options,
                of: (GRPCTesting.StreamingOutputCallRequest.self, GRPCTesting.StreamingOutputCallResponse.self))
        }
    }
}

extension GRPCTesting.TestServiceService {
    /// `grpc.testing.TestService` for a server to offer.
    package var definition: ServiceDefinition {
        ServiceDefinition(
            name: "grpc.testing.TestService",
            methods: [
                .unary("/grpc.testing.TestService/EmptyCall") {
                    (request: GRPCTesting.Empty, context) async throws -> GRPCTesting.Empty in
                    try await emptyCall(request, context: context)
                },
                .unary("/grpc.testing.TestService/UnaryCall") {
                    (request: GRPCTesting.SimpleRequest, context) async throws -> GRPCTesting.SimpleResponse in
                    try await unaryCall(request, context: context)
                },
                .unary("/grpc.testing.TestService/CacheableUnaryCall") {
                    (request: GRPCTesting.SimpleRequest, context) async throws -> GRPCTesting.SimpleResponse in
                    try await cacheableUnaryCall(request, context: context)
                },
                .serverStreaming("/grpc.testing.TestService/StreamingOutputCall") {
                    (
                        request: GRPCTesting.StreamingOutputCallRequest,
                        responses: ResponseWriter<GRPCTesting.StreamingOutputCallResponse>, context
                    ) async throws in
                    try await streamingOutputCall(request, to: responses, context: context)
                },
                .clientStreaming("/grpc.testing.TestService/StreamingInputCall") {
                    (requests: RequestStream<GRPCTesting.StreamingInputCallRequest>, context) async throws
                        -> GRPCTesting.StreamingInputCallResponse in
                    try await streamingInputCall(requests, context: context)
                },
                .bidirectional("/grpc.testing.TestService/FullDuplexCall") {
                    (
                        requests: RequestStream<GRPCTesting.StreamingOutputCallRequest>,
                        responses: ResponseWriter<GRPCTesting.StreamingOutputCallResponse>, context
                    ) async throws in
                    try await fullDuplexCall(requests, to: responses, context: context)
                },
                .bidirectional("/grpc.testing.TestService/HalfDuplexCall") {
                    (
                        requests: RequestStream<GRPCTesting.StreamingOutputCallRequest>,
                        responses: ResponseWriter<GRPCTesting.StreamingOutputCallResponse>, context
                    ) async throws in
                    try await halfDuplexCall(requests, to: responses, context: context)
                },
            ])
    }
}
