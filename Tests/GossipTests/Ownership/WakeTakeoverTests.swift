import Testing

@testable import Gossip

/// facts: gossip §4.4: the successor first asks the owner for the flight's state, and joins if it answers.
struct WakeTakeoverTests {
    private typealias Takeover = WakeTakeover<TestLocation, TestRefusal>

    private struct Played {
        var takeover: Takeover
        var now = GossipInstant(nanoseconds: 1_000_000_000_000)

        mutating func hear(_ input: Takeover.Input, after delay: Duration = .zero) -> [Takeover.Action] {
            now = now + delay
            var actions: [Takeover.Action] = []
            takeover.handle(input, at: now, into: &actions)
            return actions
        }

        mutating func wait() -> [Takeover.Action] {
            guard let due = takeover.dueAt else { return [] }
            now = max(now, due)
            return hear(.timePassed)
        }
    }

    private let demo: EndpointName
    private let ranks: [MemberID]
    private let configuration = WakeConfiguration()
    private let key = WakeKey(seen: 3, round: 1)
    private let found: WakeOutcome<TestLocation, TestRefusal>

    init() throws {
        demo = try #require(EndpointName("demo"))
        ranks = Rendezvous.ranked((0..<4).map { MemberID("proxy-\($0)") }, for: demo)
        found = .ready(TestLocation(endpoint: demo, version: FactVersion(generation: 4, sequence: 0)))
    }

    private func takeover(of count: Int) -> Held<Played> {
        let now = GossipInstant(nanoseconds: 1_000_000_000_000)
        return Held(
            Played(
                takeover: Takeover(
                    configuration, endpoint: demo, key: WakeKey(seen: 3), deadline: now + .seconds(30),
                    predecessors: Array(ranks.prefix(count)))))
    }

    private func forward(_ rank: Int, key: WakeKey = WakeKey(seen: 3), after: [Int] = []) -> Takeover.Action {
        .forward(ranks[rank], WakeCall(endpoint: demo, key: key, hops: 1, suspected: after.map { ranks[$0] }))
    }

    @Test func `with nobody before it, it executes`() {
        #expect(takeover(of: 0)({ $0.hear(.begun) }) == [.execute(WakeKey(seen: 3))])
    }

    @Test func `a flight under way is joined, and its answer is the answer`() {
        let takeover = takeover(of: 1)
        #expect(takeover { $0.hear(.begun) } == [.askState(ranks[0])])
        #expect(takeover { $0.hear(.stateHeard(ranks[0], .underWay(key))) } == [forward(0, key: key)])
        #expect(takeover { $0.hear(.beatHeard(ranks[0], key), after: .milliseconds(250)) }.isEmpty)
        #expect(takeover { $0.hear(.answered(ranks[0], found)) } == [.finish(found)])
        #expect(takeover { $0.takeover.isFinished })
    }

    @Test func `an owner that is alive and idle is asked to wake`() {
        let takeover = takeover(of: 1)
        _ = takeover { $0.hear(.begun) }
        #expect(takeover { $0.hear(.stateHeard(ranks[0], .idle)) } == [forward(0)])
    }

    @Test func `one that drains, or is lost, is replaced at once`() {
        for input in [Takeover.Input.stateHeard(ranks[0], .draining), .stateLost(ranks[0])] {
            let takeover = takeover(of: 1)
            _ = takeover { $0.hear(.begun) }
            #expect(takeover { $0.hear(input) } == [.execute(WakeKey(seen: 3))])
            #expect(takeover { $0.takeover.isExecuting })
        }
    }

    @Test func `one that keeps still is replaced when patience is over`() {
        let takeover = takeover(of: 1)
        _ = takeover { $0.hear(.begun) }
        let start = takeover { $0.now }
        #expect(takeover { $0.wait() } == [.execute(WakeKey(seen: 3))])
        #expect(start.duration(to: takeover { $0.now }) == configuration.probePatience)
    }

    @Test func `unless it was oneself who was held up`() {
        let takeover = takeover(of: 1)
        _ = takeover { $0.hear(.begun) }
        #expect(takeover { $0.hear(.timePassed, after: .seconds(5)) }.isEmpty)
        #expect(takeover { $0.hear(.stateHeard(ranks[0], .underWay(key))) } == [forward(0, key: key)])
        let silent = self.takeover(of: 1)
        _ = silent { $0.hear(.begun) }
        _ = silent { $0.hear(.timePassed, after: .seconds(5)) }
        #expect(silent { $0.hear(.timePassed, after: .seconds(5)) } == [.execute(WakeKey(seen: 3))])
    }

    @Test func `an owner lost in mid-flight is replaced under its key`() {
        let takeover = takeover(of: 1)
        _ = takeover { $0.hear(.begun) }
        _ = takeover { $0.hear(.stateHeard(ranks[0], .idle)) }
        _ = takeover { $0.hear(.beatHeard(ranks[0], key)) }
        #expect(takeover { $0.hear(.streamReset(ranks[0])) } == [.execute(key)])
        #expect(takeover { $0.hear(.executed(found)) } == [.finish(found)])
    }

    @Test func `an owner that falls silent is looked at once more before it is replaced`() {
        let takeover = takeover(of: 1)
        _ = takeover { $0.hear(.begun) }
        _ = takeover { $0.hear(.stateHeard(ranks[0], .underWay(key))) }
        #expect(takeover { $0.wait() } == [.askState(ranks[0])])
        // Slow, not gone: the question it has is still open.
        #expect(takeover { $0.hear(.stateHeard(ranks[0], .underWay(key))) }.isEmpty)
        #expect(takeover { $0.wait() } == [.askState(ranks[0])])
        #expect(takeover { $0.hear(.beatHeard(ranks[0], key)) }.isEmpty)
        #expect(takeover { $0.wait() } == [.askState(ranks[0])])
        #expect(takeover { $0.wait() } == [.execute(key)])
    }

    @Test func `an owner that has forgotten the question is asked anew`() {
        let takeover = takeover(of: 1)
        _ = takeover { $0.hear(.begun) }
        _ = takeover { $0.hear(.stateHeard(ranks[0], .underWay(key))) }
        _ = takeover { $0.wait() }
        #expect(takeover { $0.hear(.stateHeard(ranks[0], .idle)) } == [forward(0, key: key)])
    }

    @Test func `of several, a flight under way counts more than rank, and rank more than speed`() {
        let flying = takeover(of: 3)
        #expect(flying { $0.hear(.begun) } == [.askState(ranks[0]), .askState(ranks[1]), .askState(ranks[2])])
        #expect(flying { $0.hear(.stateHeard(ranks[2], .underWay(key))) } == [forward(2, key: key, after: [0, 1])])
        let idle = takeover(of: 3)
        _ = idle { $0.hear(.begun) }
        #expect(idle { $0.hear(.stateHeard(ranks[2], .idle)) }.isEmpty)
        #expect(idle { $0.hear(.stateHeard(ranks[1], .idle)) }.isEmpty)
        #expect(idle { $0.hear(.stateLost(ranks[0])) } == [forward(1, after: [0])])
        // The next is tried when this one is lost, and oneself after all.
        #expect(idle { $0.hear(.streamReset(ranks[1])) } == [forward(2, after: [0, 1])])
        #expect(idle { $0.hear(.streamReset(ranks[2])) } == [.execute(WakeKey(seen: 3))])
    }

    // MARK: - Every event in every state

    private var everyInput: [Takeover.Input] {
        [
            .begun, .stateHeard(ranks[0], .idle), .stateLost(ranks[0]), .beatHeard(ranks[0], nil),
            .answered(ranks[0], found), .streamReset(ranks[0]), .executed(found), .timePassed,
        ]
    }

    private func table(_ expected: [[Takeover.Action]], _ inputs: [Takeover.Input]) {
        for (input, actions) in zip(everyInput, expected) {
            let takeover = takeover(of: 1)
            for earlier in inputs { _ = takeover { $0.hear(earlier) } }
            #expect(takeover { $0.hear(input) } == actions, "\(input)")
        }
    }

    @Test func `every event in every state`() {
        let executes = [Takeover.Action.execute(WakeKey(seen: 3))]
        let ends = [Takeover.Action.finish(found)]
        table([[.askState(ranks[0])], [], [], [], [], [], [], []], [])
        table([[], [forward(0)], executes, [], ends, executes, ends, []], [.begun])
        table([[], [forward(0)], executes, [], ends, executes, ends, []], [.begun, .stateHeard(ranks[0], .idle)])
        table([[], [], [], [], ends, [], ends, []], [.begun, .stateLost(ranks[0])])
        table(
            [[], [], [], [], [], [], [], []], [.begun, .stateLost(ranks[0]), .executed(found)])
    }

    @Test func `the deadline ends it while somebody else is waited for`() {
        let probing = takeover(of: 1)
        _ = probing { $0.hear(.begun) }
        #expect(probing { $0.hear(.timePassed, after: .seconds(30)) } == [.finish(.failed(.outOfTime))])
        // The call to the control plane knows its own.
        let executing = takeover(of: 0)
        _ = executing { $0.hear(.begun) }
        #expect(executing { $0.takeover.dueAt } == nil)
        #expect(executing { $0.hear(.timePassed, after: .seconds(30)) }.isEmpty)
    }
}
