import Testing

@testable import Gossip

struct PullDeskTests {
    private let start = GossipInstant(nanoseconds: 0)
    private let first = ProcessID(bits: 1)
    private let second = ProcessID(bits: 2)

    @Test func `a pull that brings nothing goes to the next announcer, and ends`() {
        var desk = PullDesk(delay: .milliseconds(5), limit: 10)
        _ = desk.announced([7], by: first, at: start)
        #expect(desk.announced([7], by: second, at: start + .milliseconds(1)) == [7], "heard twice: at once")
        var asked: [ProcessID] = []
        while let due = desk.nextDue, asked.count < 100 { asked += desk.takeDue(at: due).map(\.announcer) }
        #expect(asked == [second, first, second, first])
        _ = desk.takeDue(at: start + .seconds(1))
        #expect(desk.count == 0)
    }

    @Test func `what has arrived is not asked for again`() {
        var desk = PullDesk(delay: .milliseconds(5), limit: 10)
        _ = desk.announced([7, 8], by: first, at: start)
        #expect(desk.takeDue(at: start + .milliseconds(5)).map(\.ids) == [[7, 8]])
        desk.arrived(7)
        #expect(desk.takeDue(at: start + .milliseconds(15)).map(\.ids) == [[8]])
    }
}
