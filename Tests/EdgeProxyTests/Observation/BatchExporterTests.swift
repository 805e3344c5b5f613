import GRPCLite
import Logging
import NIOPosix
import SidecarAPI
import Synchronization
import Telemetry
import TestKit
import Testing
import Transport

@testable import EdgeProxy

struct BatchExporterTests {
    /// Answers in the order of its script; then it takes everything.
    private final class Collector: OTLPCollectorTraceV1.TraceServiceService {
        private let state: Mutex<(script: [GRPCStatus], batches: [OTLPCollectorTraceV1.ExportTraceServiceRequest])>

        init(_ script: [GRPCStatus] = []) {
            state = Mutex((script, []))
        }

        var spans: [OTLPTraceV1.Span] {
            state.withLock { $0.batches }.flatMap(\.resourceSpans).flatMap(\.scopeSpans).flatMap(\.spans)
        }

        func export(
            _ request: OTLPCollectorTraceV1.ExportTraceServiceRequest, context: ServerCallContext
        ) async throws -> OTLPCollectorTraceV1.ExportTraceServiceResponse {
            let status = state.withLock { state -> GRPCStatus? in
                if !state.script.isEmpty { return state.script.removeFirst() }
                state.batches.append(request)
                return nil
            }
            if let status { throw status }
            return OTLPCollectorTraceV1.ExportTraceServiceResponse()
        }
    }

    private let queue = BatchQueue<TraceSpan>(limit: 4096)
    private let counters = ExportCounters.spans(MetricRegistry())

    private func withExporter(
        _ collector: Collector, _ body: (BatchExporter<TraceSpan>) async throws -> Void
    ) async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let server = try await GRPCListener.start(
            host: "127.0.0.1", port: 0, tls: nil, services: [collector.definition], authorize: { _, _ in nil },
            group: group)
        let channel = GRPCClientChannel(host: "127.0.0.1", port: server.port, tls: nil, group: group)
        var quiet = Logger(label: "test")
        quiet.logLevel = .critical
        try await body(exporter(channel, quiet))
        await channel.shutdown()
        await server.shutdown(grace: .zero)
    }

    private func exporter(_ channel: any GRPCChannel, _ logger: Logger) -> BatchExporter<TraceSpan> {
        let calls = CollectorCalls(channel: channel, resource: OTLPResourceV1.Resource())
        return BatchExporter(queue: queue, counters: counters, logger: logger, send: calls.sendSpans)
    }

    private func fill(_ count: Int) throws {
        let tracer = Tracer(ratio: 1, queue: queue)
        let parent = try #require(tracer.begin())
        for number in 0..<count {
            let context = tracer.child(of: parent)
            tracer.record(context) {
                TraceSpan(
                    context, parent: parent.span, name: "\(number)", kind: .client, startUnixNanos: 5, endUnixNanos: 7,
                    attributes: [.init("a", .text("x")), .init("n", .number(-1)), .init("f", .flag(true))],
                    links: [parent], failure: number == 0 ? "why" : nil)
            }
        }
    }

    @Test func `everything there is goes out at the end, in order`() async throws {
        let collector = Collector()
        try fill(1200)
        try await withExporter(collector) { await $0.flush() }
        #expect(collector.spans.map(\.name) == (0..<1200).map { "\($0)" })
        #expect(queue.count == 0)
        #expect(counters.exported.value == 1200)
        let span = try #require(collector.spans.first)
        #expect(span.traceID.count == 16 && span.spanID.count == 8 && span.parentSpanID.count == 8)
        #expect(span.kind == .client && span.startTimeUnixNano == 5 && span.endTimeUnixNano == 7)
        #expect(span.attributes.map(\.key) == ["a", "n", "f"])
        #expect(
            span.attributes.map { $0.value?.value } == [.stringValue("x"), .intValue(-1), .boolValue(true)])
        #expect(span.links.map(\.spanID) == [span.parentSpanID])
        #expect(span.status == OTLPTraceV1.Status(message: "why", code: .error))
        #expect(collector.spans.last?.status == nil)
    }

    @Test func `a collector that cannot take a batch now gets it later`() async throws {
        let collector = Collector([GRPCStatus(.unavailable), GRPCStatus(.resourceExhausted)])
        try fill(3)
        try await withExporter(collector) { exporter in
            await exporter.flush()
            #expect(queue.count == 3)
            await exporter.flush()
            await exporter.flush()
        }
        #expect(collector.spans.map(\.name) == ["0", "1", "2"])
        #expect(counters.failures.value == 2)
        #expect(counters.dropped.value == 0)
    }

    @Test func `a batch that is not wanted is counted, and the next one goes out`() async throws {
        let collector = Collector([GRPCStatus(.invalidArgument)])
        try fill(513)
        try await withExporter(collector) { exporter in
            await exporter.flush()
        }
        #expect(collector.spans.map(\.name) == ["512"])
        #expect(queue.dropped == 512)
    }

    @Test func `nobody listens: spans wait, sessions do not`() async throws {
        try fill(2)
        let channel = GRPCClientChannel(
            host: "127.0.0.1", port: try PostgresServer.freePort(), tls: nil,
            group: MultiThreadedEventLoopGroup.singleton)
        await exporter(channel, Logger(label: "test")).flush()
        #expect(queue.count == 2)
        await channel.shutdown()
    }
}
