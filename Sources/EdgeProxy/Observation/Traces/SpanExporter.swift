internal import GRPCLite
internal import Logging
internal import SidecarAPI
internal import Telemetry

/// Takes spans out of their queue and to a collector, by OTLP over gRPC. Nothing that goes wrong here is a session's.
struct SpanExporter: Sendable {
    /// From one look at the queue to the next.
    private static let interval: Duration = .seconds(1)
    /// Spans of one call.
    private static let batch = 512
    private static let callLimit: Duration = .seconds(5)
    private static let longestPause: Duration = .seconds(30)

    private enum Outcome { case sent, refused, unavailable }

    let queue: SpanQueue
    let channel: any GRPCChannel
    let resource: OTLPResourceV1.Resource
    let metrics: EdgeMetrics
    let logger: Logger

    /// Goes on until its task is cancelled; what is left then is ``flush()``'s.
    func run() async {
        var pause = Self.interval
        while (try? await Task.sleep(for: pause)) != nil {
            switch await exportAll() {
            case .sent, .refused: pause = Self.interval
            case .unavailable: pause = min(pause * 2, Self.longestPause)
            }
        }
    }

    /// Sends what there is, until there is no more, or nobody takes it.
    func flush() async {
        _ = await exportAll()
    }

    private func exportAll() async -> Outcome {
        while true {
            metrics.spansDropped.raise(to: queue.dropped)
            let spans = queue.take(upTo: Self.batch)
            guard !spans.isEmpty else { return .sent }
            switch await export(spans) {
            case .sent: metrics.spansExported.add(spans.count)
            case .refused: queue.drop(spans.count)
            case .unavailable:
                queue.putBack(spans)
                metrics.spansDropped.raise(to: queue.dropped)
                return .unavailable
            }
        }
    }

    private func export(_ spans: [TraceSpan]) async -> Outcome {
        let scope = OTLPTraceV1.ScopeSpans(
            scope: OTLPCommonV1.InstrumentationScope(name: "sidecar"), spans: spans.map(\.message))
        let request = OTLPCollectorTraceV1.ExportTraceServiceRequest(
            resourceSpans: [OTLPTraceV1.ResourceSpans(resource: resource, scopeSpans: [scope])])
        do {
            let reply = try await OTLPCollectorTraceV1.TraceServiceClient(channel).export(
                request, options: CallOptions(timeout: Self.callLimit))
            if let rejected = reply.partialSuccess?.rejectedSpans, rejected > 0 {
                queue.drop(Int(clamping: rejected))
                logger.warning("the collector refused spans", metadata: ["spans": "\(rejected)"])
            }
            return .sent
        } catch {
            metrics.spanExportFailures.add(1)
            logger.debug("spans cannot be sent", metadata: ["reason": "\(error)"])
            return Self.isPassing(error.code) ? .unavailable : .refused
        }
    }

    /// Whether the same batch may be taken later. OTLP/gRPC, “Failures”.
    private static func isPassing(_ code: GRPCStatus.Code) -> Bool {
        switch code {
        case .cancelled, .deadlineExceeded, .aborted, .outOfRange, .unavailable, .dataLoss, .resourceExhausted: true
        case .ok, .unknown, .invalidArgument, .notFound, .alreadyExists, .permissionDenied, .failedPrecondition,
            .unimplemented, .internalError, .unauthenticated:
            false
        }
    }
}
