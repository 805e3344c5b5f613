import GRPCLite
import Synchronization
import Telemetry
import TestKit
import Testing
import Transport

@Suite(.timeLimit(.minutes(1))) struct GRPCObservationTests {
    private let registry = MetricRegistry()
    private let spans = Spans()

    private final class Spans: Sendable {
        private let state = Mutex<[GRPCTraces.Span]>([])
        var all: [GRPCTraces.Span] { state.withLock { $0 } }
        func add(_ span: GRPCTraces.Span) { state.withLock { $0.append(span) } }
    }

    private func client(_ port: Int, _ interceptors: [ClientInterceptor]) -> any GRPCChannel {
        GRPCClientChannel(host: "127.0.0.1", port: port, tls: nil, connectLimit: .seconds(20), group: grpcLoops)
            .intercepted(by: interceptors)
    }

    @Test func `both sides are counted under the usual names`() async throws {
        let metrics = GRPCMetrics(registry)
        let service = TestService().definition.intercepted(by: [metrics.server])
        try await withGRPCServer([service]) { server in
            let channel = client(server.port, [metrics.client])
            let _: Blob = try await channel.unary("/test.Echo/Unary", Blob("x"))
            _ = try? await channel.unary("/test.Echo/Fail", Blob("x")) as Blob
            let stream: ResponseStream<Blob> = try await channel.serverStreaming("/test.Echo/Repeat", Blob("7"))
            for try await _ in stream {}
            let unary = "grpc_type=\"unary\",grpc_service=\"test.Echo\",grpc_method=\"Unary\""
            let fail = "grpc_type=\"unary\",grpc_service=\"test.Echo\",grpc_method=\"Fail\""
            let repeated = "grpc_type=\"server_stream\",grpc_service=\"test.Echo\",grpc_method=\"Repeat\""
            var wanted: [String] = []
            for side in ["server", "client"] {
                wanted += [
                    "grpc_\(side)_started_total{\(unary)} 1", "grpc_\(side)_handled_total{\(unary),grpc_code=\"OK\"} 1",
                    "grpc_\(side)_handled_total{\(fail),grpc_code=\"FailedPrecondition\"} 1",
                    "grpc_\(side)_handling_seconds_count{\(unary)} 1",
                ]
            }
            wanted += [
                "grpc_server_msg_sent_total{\(repeated)} 7", "grpc_server_msg_received_total{\(repeated)} 1",
                "grpc_client_msg_received_total{\(repeated)} 7", "grpc_client_msg_sent_total{\(repeated)} 1",
            ]
            for line in wanted {
                try await eventually("\(line)") { registry.exposition().contains("\n\(line)\n") }
            }
        }
    }

    @Test func `a handler's own calls belong to its caller's trace`() async throws {
        let traces = GRPCTraces(
            child: { parent in
                TraceContext(
                    trace: parent.trace, span: SpanID(bits: parent.span.bits + 1) ?? parent.span, isSampled: true)
            }, record: { [spans] in spans.add($0) })
        let inner = ServiceDefinition(
            name: "test.Inner",
            methods: [
                .unary("/test.Inner/Trace") { (_: Blob, context) in
                    Blob(context.metadata.first(named: TraceContext.header) ?? "none")
                }
            ])
        try await withGRPCServer([inner.intercepted(by: [traces.server])]) { innerServer in
            let channel = client(innerServer.port, [traces.client])
            let outer = ServiceDefinition(
                name: "test.Outer",
                methods: [
                    .unary("/test.Outer/Pass") { (request: Blob, _) -> Blob in
                        try await channel.unary("/test.Inner/Trace", request)
                    }
                ])
            try await withGRPCServer([outer.intercepted(by: [traces.server])]) { outerServer in
                let plain = client(outerServer.port, [])
                let told = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
                let options = CallOptions(metadata: ["traceparent": told])
                let seen: Blob = try await plain.unary("/test.Outer/Pass", Blob(""), options: options)
                // One further for the outer handler, one more for its call.
                #expect(seen.text == "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203333-01")
                try await eventually("all three are recorded") { spans.all.count == 3 }
                #expect(Set(spans.all.map(\.name)) == ["test.Outer/Pass", "test.Inner/Trace"])
                #expect(spans.all.filter { $0.kind == .client }.map { $0.parent.bits } == [0xb7ad_6b71_6920_3332])

                for malformed in ["", "garbage", "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"] {
                    let options = CallOptions(metadata: ["traceparent": malformed])
                    let none: Blob = try await plain.unary("/test.Outer/Pass", Blob(""), options: options)
                    #expect(none.text == "none")
                }
            }
        }
    }
}
