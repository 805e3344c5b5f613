import Testing

@testable import Gossip

struct TimeTests {
    @Test func `instants stop at both ends of the clock`() {
        let late = GossipInstant(nanoseconds: .max - 5)
        #expect(late + .seconds(1) == .never)
        #expect(GossipInstant(nanoseconds: 5) + .seconds(-1) == GossipInstant(nanoseconds: 0))
        #expect(GossipInstant(nanoseconds: 5).duration(to: GossipInstant(nanoseconds: 2)) == .nanoseconds(-3))
        #expect(GossipInstant(nanoseconds: 0).duration(to: .never) == .nanoseconds(Int64.max))
    }

    @Test func `timers come out in order, equals as they went in`() {
        var heap = TimerHeap<Int>()
        var dice = GossipDice(seed: 3)
        let dues = (0..<500).map { _ in UInt64(dice.below(50)) }
        for (index, due) in dues.enumerated() { heap.arm(index, at: GossipInstant(nanoseconds: due)) }
        var out: [Int] = []
        while let event = heap.popNext() { out.append(event) }
        #expect(out == dues.indices.sorted { (dues[$0], $0) < (dues[$1], $1) })
    }

    @Test func `a queue gives what it was given`() {
        var queue = Fifo<Int>()
        var expected: [Int] = []
        var dice = GossipDice(seed: 9)
        for number in 0..<5000 {
            if dice.below(5) < 3 {
                queue.append(number)
                expected.append(number)
            } else {
                let popped = queue.popFirst()
                #expect(popped == (expected.isEmpty ? nil : expected.removeFirst()))
            }
        }
        #expect(queue.count == expected.count)
        #expect(queue.first == expected.first)
    }

    @Test func `a bucket gives its rate and its burst and no more`() {
        var bucket = TokenBucket(rate: 10, burst: 5, now: GossipInstant(nanoseconds: 0))
        let start = GossipInstant(nanoseconds: 0)
        let atOnce = [5, 1].map { bucket.take($0, at: start) }
        #expect(atOnce == [true, false])
        let next = bucket.instant(of: 1, from: start)
        #expect(start.duration(to: next) > .milliseconds(99) && start.duration(to: next) < .milliseconds(101))
        let later = [(1, next), (6, start + .milliseconds(200)), (6, start + .seconds(100))].map {
            bucket.take($0, at: $1)
        }
        #expect(later == [true, false, true], "more than a burst is given when the bucket is full")
    }

    @Test func `the dice are the same for the same seed and stay in bounds`() {
        var left = GossipDice(seed: 5)
        var right = GossipDice(seed: 5)
        for _ in 0..<1000 {
            let (draw, same) = (left.below(7), right.below(7))
            #expect(draw == same)
            #expect((0..<7).contains(draw))
        }
        let none = left.below(0)
        #expect(none == 0)
    }
}
