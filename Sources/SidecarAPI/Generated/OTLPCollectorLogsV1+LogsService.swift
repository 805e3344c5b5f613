// Made from proto/opentelemetry/proto/collector/logs/v1/logs_service.proto by scripts/generate-proto. Not edited by hand.

package import GRPCLite

extension OTLPCollectorLogsV1 {
    /// What a server of `opentelemetry.proto.collector.logs.v1.LogsService` does. A thrown `GRPCStatus` reaches the caller as it is.
    /// Takes log lines.
    package protocol LogsServiceService: Sendable {
        /// Takes a batch.
        func export(_ request: OTLPCollectorLogsV1.ExportLogsServiceRequest, context: ServerCallContext) async throws
            -> OTLPCollectorLogsV1.ExportLogsServiceResponse
    }

    /// Calls `opentelemetry.proto.collector.logs.v1.LogsService`. Leaving a stream, or cancelling the task, cancels the call.
    package struct LogsServiceClient: Sendable {
        private let channel: any GRPCChannel

        package init(_ channel: any GRPCChannel) {
            self.channel = channel
        }

        /// Takes a batch.
        package func export(
            _ request: OTLPCollectorLogsV1.ExportLogsServiceRequest, options: CallOptions = CallOptions()
        ) async throws(GRPCStatus) -> OTLPCollectorLogsV1.ExportLogsServiceResponse {
            try await channel.unary(
                "/opentelemetry.proto.collector.logs.v1.LogsService/Export", request, options: options)
        }
    }
}

extension OTLPCollectorLogsV1.LogsServiceService {
    /// `opentelemetry.proto.collector.logs.v1.LogsService` for a server to offer.
    package var definition: ServiceDefinition {
        ServiceDefinition(
            name: "opentelemetry.proto.collector.logs.v1.LogsService",
            methods: [
                .unary("/opentelemetry.proto.collector.logs.v1.LogsService/Export") {
                    (request: OTLPCollectorLogsV1.ExportLogsServiceRequest, context) async throws
                        -> OTLPCollectorLogsV1.ExportLogsServiceResponse in
                    try await export(request, context: context)
                }
            ])
    }
}
