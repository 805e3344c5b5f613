internal import GRPCLite
internal import SidecarAPI
internal import Telemetry

/// The three calls of OTLP over gRPC. Each answers how many elements the collector did not want.
struct CollectorCalls: Sendable {
    private static let limit = CallOptions(timeout: .seconds(5))
    private static let scope = OTLPCommonV1.InstrumentationScope(name: "sidecar")

    let channel: any GRPCChannel
    let resource: OTLPResourceV1.Resource
    /// Since when totals count.
    private let start = SpanClock()

    init(channel: any GRPCChannel, resource: OTLPResourceV1.Resource) {
        self.channel = channel
        self.resource = resource
    }

    func sendSpans(_ spans: [TraceSpan]) async throws(GRPCStatus) -> Int64 {
        let scope = OTLPTraceV1.ScopeSpans(scope: Self.scope, spans: spans.map(\.message))
        let request = OTLPCollectorTraceV1.ExportTraceServiceRequest(
            resourceSpans: [OTLPTraceV1.ResourceSpans(resource: resource, scopeSpans: [scope])])
        let reply = try await OTLPCollectorTraceV1.TraceServiceClient(channel).export(request, options: Self.limit)
        return reply.partialSuccess?.rejectedSpans ?? 0
    }

    func sendMetrics(_ metrics: [MetricSnapshot]) async throws(GRPCStatus) -> Int64 {
        let moment = MetricMoment(startUnixNanos: start.unixNanos(at: start.began), unixNanos: start.unixNanos())
        let scope = OTLPMetricsV1.ScopeMetrics(scope: Self.scope, metrics: metrics.map { $0.message(at: moment) })
        let request = OTLPCollectorMetricsV1.ExportMetricsServiceRequest(
            resourceMetrics: [OTLPMetricsV1.ResourceMetrics(resource: resource, scopeMetrics: [scope])])
        let reply = try await OTLPCollectorMetricsV1.MetricsServiceClient(channel).export(
            request, options: Self.limit)
        return reply.partialSuccess?.rejectedDataPoints ?? 0
    }

    /// Lines of one logger stand together, as OTLP has it: its scope is their `target`.
    func sendLines(_ lines: [LogLine]) async throws(GRPCStatus) -> Int64 {
        let scopes = Dictionary(grouping: lines, by: \.target).sorted { $0.key < $1.key }.map { target, lines in
            OTLPLogsV1.ScopeLogs(
                scope: OTLPCommonV1.InstrumentationScope(name: target), logRecords: lines.map(\.record))
        }
        let request = OTLPCollectorLogsV1.ExportLogsServiceRequest(
            resourceLogs: [OTLPLogsV1.ResourceLogs(resource: resource, scopeLogs: scopes)])
        let reply = try await OTLPCollectorLogsV1.LogsServiceClient(channel).export(request, options: Self.limit)
        return reply.partialSuccess?.rejectedLogRecords ?? 0
    }
}
