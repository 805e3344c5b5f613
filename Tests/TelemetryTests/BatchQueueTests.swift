import Telemetry
import Testing

struct BatchQueueTests {
    @Test func `the oldest go first, in batches`() {
        let queue = BatchQueue<Int>(limit: 10)
        for number in 1...5 { queue.append(number) }
        #expect(queue.take(upTo: 2) == [1, 2])
        #expect(queue.take(upTo: 10) == [3, 4, 5])
        #expect(queue.take(upTo: 10).isEmpty)
        #expect(queue.dropped == 0)
    }

    @Test func `a full queue drops the new, and counts them`() {
        let queue = BatchQueue<Int>(limit: 2)
        for number in 1...5 { queue.append(number) }
        #expect(queue.count == 2 && queue.dropped == 3)
        #expect(queue.take(upTo: 9) == [1, 2])
    }

    @Test func `what could not be sent is the oldest again, as far as there is room`() {
        let queue = BatchQueue<Int>(limit: 3)
        for number in 1...3 { queue.append(number) }
        let batch = queue.take(upTo: 2)
        queue.append(4)
        queue.putBack(batch)
        #expect(queue.count == 3 && queue.dropped == 1, "the oldest of all went")
        #expect(queue.take(upTo: 9) == [2, 3, 4])
        queue.drop(7)
        #expect(queue.dropped == 8)
    }
}
