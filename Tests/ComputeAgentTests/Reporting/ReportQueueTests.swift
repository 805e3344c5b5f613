import ComputeAgent
import Gossip
import Testing

@Suite struct ReportQueueTests {
    private func transition(_ sequence: UInt64, activityOnly: Bool = false) -> Transition {
        Transition(
            version: version(sequence), state: .running, previousState: activityOnly ? .running : .`init`,
            atUnixMicros: Int64(sequence), reason: "", error: "", activity: .unknown)
    }

    private func version(_ sequence: UInt64) -> FactVersion { FactVersion(generation: 1, sequence: sequence) }

    private func drain(_ queue: inout ReportQueue) -> [UInt64] {
        var sent: [UInt64] = []
        while let next = queue.next() { sent.append(next.version.sequence) }
        return sent
    }

    @Test func `everything is sent once, in order`() {
        var queue = ReportQueue()
        for number in 1...3 { queue.append(transition(UInt64(number))) }
        #expect(drain(&queue) == [1, 2, 3])
        queue.append(transition(4))
        #expect(drain(&queue) == [4])
        #expect(queue.count == 4)
    }

    @Test func `an acknowledgement covers everything before it`() {
        var queue = ReportQueue()
        for number in 1...4 { queue.append(transition(UInt64(number))) }
        _ = drain(&queue)
        queue.acknowledged(through: version(3))
        #expect(queue.count == 1)
        queue.acknowledged(through: version(1))
        #expect(queue.count == 1)
        queue.acknowledged(through: version(4))
        #expect(queue.isEmpty)
    }

    @Test func `a new connection gets everything after the last acknowledgement`() {
        var queue = ReportQueue()
        for number in 1...4 { queue.append(transition(UInt64(number))) }
        _ = drain(&queue)
        queue.acknowledged(through: version(2))
        queue.reconnected()
        #expect(drain(&queue) == [3, 4])
    }

    @Test func `a new connection gets the newest even when everything was acknowledged`() {
        var queue = ReportQueue()
        queue.reconnected()
        #expect(drain(&queue) == [])
        for number in 1...4 { queue.append(transition(UInt64(number))) }
        _ = drain(&queue)
        queue.acknowledged(through: version(4))
        queue.reconnected()
        queue.append(transition(5))
        #expect(drain(&queue) == [4, 5])
        queue.acknowledged(through: version(5))
        #expect(queue.isEmpty)
        queue.reconnected()
        #expect(drain(&queue) == [5])
    }

    @Test func `an acknowledgement may come before everything was sent`() {
        var queue = ReportQueue()
        for number in 1...3 { queue.append(transition(UInt64(number))) }
        _ = queue.next()
        queue.acknowledged(through: version(2))
        #expect(drain(&queue) == [3])
    }

    @Test func `at the limit activity goes first and the newest stays`() {
        var queue = ReportQueue(limit: 3)
        queue.append(transition(1))
        queue.append(transition(2, activityOnly: true))
        queue.append(transition(3, activityOnly: true))
        queue.append(transition(4))
        #expect(drain(&queue) == [1, 3, 4])
        queue.append(transition(5))
        #expect(drain(&queue) == [5])
        queue.reconnected()
        #expect(drain(&queue) == [1, 4, 5])
    }

    @Test func `a full queue of states drops the oldest`() {
        var queue = ReportQueue(limit: 2)
        for number in 1...9 { queue.append(transition(UInt64(number))) }
        #expect(drain(&queue) == [8, 9])
    }
}
