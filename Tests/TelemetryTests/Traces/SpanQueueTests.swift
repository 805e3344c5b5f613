import Telemetry
import Testing

struct SpanQueueTests {
    private func span(_ number: UInt64) throws -> TraceSpan {
        let context = TraceContext(
            trace: try #require(TraceID(high: 1, low: 1)), span: try #require(SpanID(bits: number)), isSampled: true)
        return TraceSpan(context, parent: nil, name: "\(number)", startUnixNanos: 0, endUnixNanos: 1)
    }

    @Test func `the oldest go first, in batches`() throws {
        let queue = SpanQueue(limit: 10)
        for number in 1...5 { queue.append(try span(UInt64(number))) }
        #expect(queue.take(upTo: 2).map(\.name) == ["1", "2"])
        #expect(queue.take(upTo: 10).map(\.name) == ["3", "4", "5"])
        #expect(queue.take(upTo: 10).isEmpty)
        #expect(queue.dropped == 0)
    }

    @Test func `a full queue drops the new, and counts them`() throws {
        let queue = SpanQueue(limit: 2)
        for number in 1...5 { queue.append(try span(UInt64(number))) }
        #expect(queue.count == 2 && queue.dropped == 3)
        #expect(queue.take(upTo: 9).map(\.name) == ["1", "2"])
    }

    @Test func `what could not be sent is the oldest again, as far as there is room`() throws {
        let queue = SpanQueue(limit: 3)
        for number in 1...3 { queue.append(try span(UInt64(number))) }
        let batch = queue.take(upTo: 2)
        queue.append(try span(4))
        queue.putBack(batch)
        #expect(queue.count == 3 && queue.dropped == 1, "the oldest of all went")
        #expect(queue.take(upTo: 9).map(\.name) == ["2", "3", "4"])
        queue.drop(7)
        #expect(queue.dropped == 8)
    }
}
