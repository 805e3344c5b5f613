// Made from proto/opentelemetry/proto/collector/metrics/v1/metrics_service.proto by scripts/generate-proto. Not edited by hand.

package import GRPCLite

extension OTLPCollectorMetricsV1 {
    /// What a server of `opentelemetry.proto.collector.metrics.v1.MetricsService` does. A thrown `GRPCStatus` reaches the caller as it is.
    /// Takes metrics.
    package protocol MetricsServiceService: Sendable {
        /// Takes a report.
        func export(_ request: OTLPCollectorMetricsV1.ExportMetricsServiceRequest, context: ServerCallContext)
            async throws -> OTLPCollectorMetricsV1.ExportMetricsServiceResponse
    }

    /// Calls `opentelemetry.proto.collector.metrics.v1.MetricsService`. Leaving a stream, or cancelling the task, cancels the call.
    package struct MetricsServiceClient: Sendable {
        private let channel: any GRPCChannel

        package init(_ channel: any GRPCChannel) {
            self.channel = channel
        }

        /// Takes a report.
        package func export(
            _ request: OTLPCollectorMetricsV1.ExportMetricsServiceRequest, options: CallOptions = CallOptions()
        ) async throws(GRPCStatus) -> OTLPCollectorMetricsV1.ExportMetricsServiceResponse {
            try await channel.unary(
                "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", request, options: options)
        }
    }
}

extension OTLPCollectorMetricsV1.MetricsServiceService {
    /// `opentelemetry.proto.collector.metrics.v1.MetricsService` for a server to offer.
    package var definition: ServiceDefinition {
        ServiceDefinition(
            name: "opentelemetry.proto.collector.metrics.v1.MetricsService",
            methods: [
                .unary("/opentelemetry.proto.collector.metrics.v1.MetricsService/Export") {
                    (request: OTLPCollectorMetricsV1.ExportMetricsServiceRequest, context) async throws
                        -> OTLPCollectorMetricsV1.ExportMetricsServiceResponse in
                    try await export(request, context: context)
                }
            ])
    }
}
