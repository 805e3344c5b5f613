// Made from proto/grpc/reflection/v1/reflection.proto by scripts/generate-proto. Not edited by hand.

package import GRPCLite

extension GRPCReflectionV1 {
    /// What a server of `grpc.reflection.v1.ServerReflection` does. A thrown `GRPCStatus` reaches the caller as it is.
    package protocol ServerReflectionService: Sendable {
        /// One answer to each question, in order. A question that cannot be answered gets an error_response, and the stream goes on.
        func serverReflectionInfo(
            _ requests: RequestStream<GRPCReflectionV1.ServerReflectionRequest>,
            to responses: ResponseWriter<GRPCReflectionV1.ServerReflectionResponse>, context: ServerCallContext)
            async throws
    }

    /// Calls `grpc.reflection.v1.ServerReflection`. Leaving a stream, or cancelling the task, cancels the call.
    package struct ServerReflectionClient: Sendable {
        private let channel: any GRPCChannel

        package init(_ channel: any GRPCChannel) {
            self.channel = channel
        }

        /// One answer to each question, in order. A question that cannot be answered gets an error_response, and the stream goes on.
        package func serverReflectionInfo(options: CallOptions = CallOptions()) async throws(GRPCStatus)
            -> BidirectionalCall<GRPCReflectionV1.ServerReflectionRequest, GRPCReflectionV1.ServerReflectionResponse>
        {
            try await channel.bidirectional(
                "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", options: options,
                of: (GRPCReflectionV1.ServerReflectionRequest.self, GRPCReflectionV1.ServerReflectionResponse.self))
        }
    }
}

extension GRPCReflectionV1.ServerReflectionService {
    /// `grpc.reflection.v1.ServerReflection` for a server to offer.
    package var definition: ServiceDefinition {
        ServiceDefinition(
            name: "grpc.reflection.v1.ServerReflection",
            methods: [
                .bidirectional("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo") {
                    (
                        requests: RequestStream<GRPCReflectionV1.ServerReflectionRequest>,
                        responses: ResponseWriter<GRPCReflectionV1.ServerReflectionResponse>, context
                    ) async throws in
                    try await serverReflectionInfo(requests, to: responses, context: context)
                }
            ])
    }
}
