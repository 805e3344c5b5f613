// Made from proto/grpc/health/v1/health.proto by scripts/generate-proto. Not edited by hand.

package import GRPCLite

extension GRPCHealthV1 {
    /// What a server of `grpc.health.v1.Health` does. A thrown `GRPCStatus` reaches the caller as it is.
    package protocol HealthService: Sendable {
        /// How the service is now. NOT_FOUND for a name that the server does not know.
        func check(_ request: GRPCHealthV1.HealthCheckRequest, context: ServerCallContext) async throws
            -> GRPCHealthV1.HealthCheckResponse
        /// How every service is now.
        func list(_ request: GRPCHealthV1.HealthListRequest, context: ServerCallContext) async throws
            -> GRPCHealthV1.HealthListResponse
        /// How the service is now, and again whenever that changes. SERVICE_UNKNOWN while the server does not know the name.
        func watch(
            _ request: GRPCHealthV1.HealthCheckRequest, to responses: ResponseWriter<GRPCHealthV1.HealthCheckResponse>,
            context: ServerCallContext) async throws
    }

    /// Calls `grpc.health.v1.Health`. Leaving a stream, or cancelling the task, cancels the call.
    package struct HealthClient: Sendable {
        private let channel: any GRPCChannel

        package init(_ channel: any GRPCChannel) {
            self.channel = channel
        }

        /// How the service is now. NOT_FOUND for a name that the server does not know.
        package func check(_ request: GRPCHealthV1.HealthCheckRequest, options: CallOptions = CallOptions())
            async throws(GRPCStatus) -> GRPCHealthV1.HealthCheckResponse
        {
            try await channel.unary("/grpc.health.v1.Health/Check", request, options: options)
        }

        /// How every service is now.
        package func list(_ request: GRPCHealthV1.HealthListRequest, options: CallOptions = CallOptions())
            async throws(GRPCStatus) -> GRPCHealthV1.HealthListResponse
        {
            try await channel.unary("/grpc.health.v1.Health/List", request, options: options)
        }

        /// How the service is now, and again whenever that changes. SERVICE_UNKNOWN while the server does not know the name.
        package func watch(_ request: GRPCHealthV1.HealthCheckRequest, options: CallOptions = CallOptions())
            async throws(GRPCStatus) -> ResponseStream<GRPCHealthV1.HealthCheckResponse>
        {
            try await channel.serverStreaming("/grpc.health.v1.Health/Watch", request, options: options)
        }
    }
}

extension GRPCHealthV1.HealthService {
    /// `grpc.health.v1.Health` for a server to offer.
    package var definition: ServiceDefinition {
        ServiceDefinition(
            name: "grpc.health.v1.Health",
            methods: [
                .unary("/grpc.health.v1.Health/Check") {
                    (request: GRPCHealthV1.HealthCheckRequest, context) async throws -> GRPCHealthV1.HealthCheckResponse
                    in
                    try await check(request, context: context)
                },
                .unary("/grpc.health.v1.Health/List") {
                    (request: GRPCHealthV1.HealthListRequest, context) async throws -> GRPCHealthV1.HealthListResponse
                    in
                    try await list(request, context: context)
                },
                .serverStreaming("/grpc.health.v1.Health/Watch") {
                    (
                        request: GRPCHealthV1.HealthCheckRequest,
                        responses: ResponseWriter<GRPCHealthV1.HealthCheckResponse>, context
                    ) async throws in
                    try await watch(request, to: responses, context: context)
                },
            ])
    }
}
