import Foundation
import GRPCLite
import Synchronization
import Telemetry
import Transport

/// What interceptors on both sides of this server see: the spans of traced calls, and the usual counts.
final class Observation: Sendable {
    private struct Span: Encodable {
        var name: String
        var kind: String
        var trace: String
        var span: String
        var parent: String
        var code: Int
    }

    private struct Report: Encodable {
        var spans: [Span]
        /// As `/metrics` has it.
        var page: String
    }

    private let spans = Mutex<[Span]>([])
    private let registry = MetricRegistry()

    private var traces: GRPCTraces {
        GRPCTraces(
            child: { parent in
                TraceContext(
                    trace: parent.trace, span: SpanID(bits: .random(in: 1 ... .max)) ?? parent.span,
                    isSampled: parent.isSampled)
            },
            record: { span in
                let seen = Span(
                    name: span.name, kind: "\(span.kind)", trace: span.context.trace.text, span: span.context.span.text,
                    parent: span.parent.text, code: span.status.code.rawValue)
                self.spans.withLock { $0.append(seen) }
            })
    }

    func around(_ service: ServiceDefinition) -> ServiceDefinition {
        service.intercepted(by: [GRPCMetrics(registry).server, traces.server])
    }

    func around(_ channel: any GRPCChannel) -> any GRPCChannel {
        channel.intercepted(by: [GRPCMetrics(registry).client, traces.client])
    }

    /// A line of JSON.
    func report() throws -> Data {
        let report = Report(spans: spans.withLock { $0 }, page: registry.exposition())
        return try JSONEncoder().encode(report) + Data("\n".utf8)
    }
}
