// Made from proto/opentelemetry/proto/collector/trace/v1/trace_service.proto by scripts/generate-proto. Not edited by hand.

package import GRPCLite

extension OTLPCollectorTraceV1 {
    /// What a server of `opentelemetry.proto.collector.trace.v1.TraceService` does. A thrown `GRPCStatus` reaches the caller as it is.
    /// Takes spans.
    package protocol TraceServiceService: Sendable {
        /// Takes a batch.
        func export(_ request: OTLPCollectorTraceV1.ExportTraceServiceRequest, context: ServerCallContext) async throws
            -> OTLPCollectorTraceV1.ExportTraceServiceResponse
    }

    /// Calls `opentelemetry.proto.collector.trace.v1.TraceService`. Leaving a stream, or cancelling the task, cancels the call.
    package struct TraceServiceClient: Sendable {
        private let channel: any GRPCChannel

        package init(_ channel: any GRPCChannel) {
            self.channel = channel
        }

        /// Takes a batch.
        package func export(
            _ request: OTLPCollectorTraceV1.ExportTraceServiceRequest, options: CallOptions = CallOptions()
        ) async throws(GRPCStatus) -> OTLPCollectorTraceV1.ExportTraceServiceResponse {
            try await channel.unary(
                "/opentelemetry.proto.collector.trace.v1.TraceService/Export", request, options: options)
        }
    }
}

extension OTLPCollectorTraceV1.TraceServiceService {
    /// `opentelemetry.proto.collector.trace.v1.TraceService` for a server to offer.
    package var definition: ServiceDefinition {
        ServiceDefinition(
            name: "opentelemetry.proto.collector.trace.v1.TraceService",
            methods: [
                .unary("/opentelemetry.proto.collector.trace.v1.TraceService/Export") {
                    (request: OTLPCollectorTraceV1.ExportTraceServiceRequest, context) async throws
                        -> OTLPCollectorTraceV1.ExportTraceServiceResponse in
                    try await export(request, context: context)
                }
            ])
    }
}
