import EdgeProxy
import Testing

struct FairQueueTests {
    private func queue(running: Int = 1, waiting: Int = 8) -> FairQueue<String> {
        FairQueue(.init(running: running, waiting: waiting))
    }

    private func turns(_ queue: inout FairQueue<String>, _ rounds: Range<Int>) -> [UInt64?] {
        rounds.map { _ in queue.finished() }
    }

    private func left(_ queue: inout FairQueue<String>, _ ticket: UInt64, in lane: String) -> Bool {
        queue.leave(ticket, in: lane)
    }

    @Test func `as many as may run start at once, and the rest by turns`() {
        var queue = queue(running: 2)
        #expect(queue.enter(1, in: "a") == .start)
        #expect(queue.enter(2, in: "a") == .start)
        for ticket in 3...5 as ClosedRange<UInt64> { #expect(queue.enter(ticket, in: "a") == .wait(displaced: nil)) }
        #expect(queue.enter(6, in: "b") == .wait(displaced: nil))
        #expect(queue.enter(7, in: "c") == .wait(displaced: nil))
        #expect(turns(&queue, 0..<6) == [3, 6, 7, 4, 5, nil])
        #expect(queue.finished() == nil)
        #expect(queue.enter(8, in: "a") == .start)
        #expect(queue.enter(9, in: "a") == .start)
        #expect(queue.enter(10, in: "a") == .wait(displaced: nil))
    }

    @Test func `a full queue makes room for a newcomer at the cost of the longest lane`() {
        var queue = queue(waiting: 3)
        _ = queue.enter(1, in: "noisy")
        for ticket in 2...4 as ClosedRange<UInt64> { _ = queue.enter(ticket, in: "noisy") }
        #expect(queue.enter(5, in: "noisy") == .full)
        #expect(queue.enter(6, in: "quiet") == .wait(displaced: 4))
        #expect(queue.enter(7, in: "quiet") == .full, "nobody has more than one more")
        #expect(queue.waitingCount == 3)
        #expect(turns(&queue, 0..<4) == [2, 6, 3, nil])
    }

    @Test func `whoever leaves is not called, and leaves its room behind`() {
        var queue = queue(waiting: 2)
        _ = queue.enter(1, in: "a")
        _ = queue.enter(2, in: "a")
        _ = queue.enter(3, in: "b")
        #expect(left(&queue, 2, in: "a") == true)
        #expect(left(&queue, 2, in: "a") == false, "once")
        #expect(left(&queue, 1, in: "a") == false, "it runs")
        #expect(left(&queue, 9, in: "nobody") == false)
        #expect(queue.enter(4, in: "a") == .wait(displaced: nil))
        #expect(turns(&queue, 0..<3) == [3, 4, nil])
    }

    @Test func `a queue without room for waiting lets in as many as may run`() {
        var queue = queue(running: 1, waiting: 0)
        #expect(queue.enter(1, in: "a") == .start)
        #expect(queue.enter(2, in: "b") == .full)
        #expect(queue.finished() == nil)
        #expect(queue.enter(3, in: "b") == .start)
    }
}
