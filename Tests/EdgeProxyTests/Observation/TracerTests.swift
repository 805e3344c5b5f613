import EdgeProxy
import Telemetry
import Testing

struct TracerTests {
    private func span(_ context: TraceContext) -> TraceSpan {
        TraceSpan(context, parent: nil, name: "s", startUnixNanos: 0, endUnixNanos: 1)
    }

    @Test func `without traces there is nothing to name, and nothing to record`() {
        #expect(Tracer.off.begin() == nil)
        #expect(Tracer(ratio: nil, queue: BatchQueue<TraceSpan>(limit: 1)).begin() == nil)
    }

    @Test func `all or none are recorded, and each is another trace`() throws {
        let queue = BatchQueue<TraceSpan>(limit: 1000)
        let (all, none) = (Tracer(ratio: 1, queue: queue), Tracer(ratio: 0, queue: queue))
        var traces: Set<TraceID> = []
        for _ in 0..<100 {
            let context = try #require(all.begin())
            #expect(context.isSampled)
            traces.insert(context.trace)
            all.record(context) { span(context) }
            let silent = try #require(none.begin())
            #expect(!silent.isSampled)
            none.record(silent) { span(silent) }
        }
        #expect(traces.count == 100)
        #expect(queue.count == 100)
    }

    @Test func `a share of traces is recorded`() throws {
        let tracer = Tracer(ratio: 0.25, queue: nil)
        let sampled = (0..<20_000).count { _ in tracer.begin()?.isSampled == true }
        #expect((4_400...5_600).contains(sampled), "\(sampled): five hundred is ten standard deviations")
    }

    @Test func `a child is of its parent's trace, and another span`() throws {
        let tracer = Tracer(ratio: 1, queue: nil)
        let parent = try #require(tracer.begin())
        let child = tracer.child(of: parent)
        #expect(child.trace == parent.trace && child.span != parent.span && child.isSampled)
    }

    @Test(arguments: [
        ("http://127.0.0.1:4317", "127.0.0.1:4317", false), ("https://otel.example", "otel.example:4317", true),
        ("http://[::1]:9/", "[::1]:9", false), ("http://[::1]", "[::1]:4317", false),
    ])
    func `a collector's address`(text: String, address: String, isSecure: Bool) throws {
        let endpoint = try #require(CollectorSettings.Endpoint(text))
        #expect(endpoint.address.text == address && endpoint.isSecure == isSecure)
    }

    @Test(arguments: [
        "", "127.0.0.1:4317", "grpc://x:1", "http://", "http://x:1/v1/traces", "http://x:99999", "http://:1",
    ])
    func `what is no collector's address`(text: String) {
        #expect(CollectorSettings.Endpoint(text) == nil)
    }
}
