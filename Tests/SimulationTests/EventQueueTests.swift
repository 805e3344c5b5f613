internal import FleetSimulation
internal import Testing

@Suite struct EventQueueTests {
    @Test(arguments: [UInt64](1...20)) func `events happen in order of time, and of one moment in order of coming`(
        seed: UInt64
    ) {
        var dice = Dice(seed: seed)
        var queue = EventQueue<Int>()
        var expected: [(at: UInt64, number: Int)] = []
        var happened: [Int] = []
        for number in 0..<500 {
            let at = UInt64(dice.index(below: 50))
            queue.schedule(number, at: Moment(nanoseconds: at))
            expected.append((at, number))
        }
        while let (_, number) = queue.next() { happened.append(number) }
        #expect(happened == expected.sorted { ($0.at, $0.number) < ($1.at, $1.number) }.map(\.number))
        #expect(queue.next() == nil)
    }

    @Test func `what is scheduled while events happen finds its place`() {
        var queue = EventQueue<Int>()
        queue.schedule(1, at: Moment(nanoseconds: 10))
        queue.schedule(3, at: Moment(nanoseconds: 30))
        #expect(queue.next()?.event == 1)
        queue.schedule(2, at: Moment(nanoseconds: 20))
        #expect(queue.next()?.event == 2)
        #expect(queue.next()?.event == 3)
        #expect(queue.count == 0)
    }
}
