import Telemetry
import Testing

/// W3C Trace Context, §3.2.
struct TraceContextTests {
    private let header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test func `the recommendation's own example is read and written`() throws {
        let context = try #require(TraceContext(traceparent: header))
        #expect(context.trace.text == "0af7651916cd43dd8448eb211c80319c")
        #expect(context.span.text == "b7ad6b7169203331")
        #expect(context.isSampled)
        #expect(context.traceparent == header)
        #expect(context.trace.bytes.first == 0x0a && context.trace.bytes.last == 0x9c)
        #expect(context.span.bytes == [0xb7, 0xad, 0x6b, 0x71, 0x69, 0x20, 0x33, 0x31])
    }

    @Test(arguments: [("00", false), ("01", true), ("02", false), ("ff", true)])
    func `of the flags one says that the trace is recorded`(flags: String, isSampled: Bool) throws {
        let context = try #require(TraceContext(traceparent: String(header.dropLast(2)) + flags))
        #expect(context.isSampled == isSampled)
        #expect(context.traceparent.hasSuffix(isSampled ? "-01" : "-00"))
    }

    @Test func `a later version is read as far as it is known`() throws {
        let rest = String(header.dropFirst(2))
        #expect(TraceContext(traceparent: "cc" + rest) != nil)
        #expect(TraceContext(traceparent: "cc" + rest + "-what-the-future-holds") != nil)
        #expect(TraceContext(traceparent: "cc" + rest + ".what") == nil)
        #expect(TraceContext(traceparent: "ff" + rest) == nil, "never a version")
    }

    @Test(arguments: [
        "", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-extra",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01",
        "00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01",
        "0x-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-é",
    ])
    func `what is malformed names no trace`(header: String) {
        #expect(TraceContext(traceparent: header) == nil)
    }

    @Test func `small numbers keep their zeros`() throws {
        let context = TraceContext(
            trace: try #require(TraceID(high: 0, low: 1)), span: try #require(SpanID(bits: 0xab)), isSampled: false)
        #expect(context.traceparent == "00-00000000000000000000000000000001-00000000000000ab-00")
        #expect(TraceContext(traceparent: context.traceparent) == context)
        #expect(TraceID(high: 0, low: 0) == nil && SpanID(bits: 0) == nil)
    }
}
