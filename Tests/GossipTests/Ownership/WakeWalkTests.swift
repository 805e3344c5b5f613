import Testing

@testable import Gossip

/// facts: gossip §4.2 to §4.4. Each test is a list of input and what follows from it.
struct WakeWalkTests {
    private typealias Walk = WakeWalk<TestLocation, TestRefusal>

    /// A walk with its surroundings: time, dice, budget.
    private struct Played {
        var walk: Walk
        var hedging: WakeHedging
        var dice = TestDice(state: 1)
        var now = GossipInstant(nanoseconds: 1_000_000_000_000)

        mutating func hear(_ input: Walk.Input, after delay: Duration = .zero) -> [Walk.Action] {
            now = now + delay
            var actions: [Walk.Action] = []
            walk.handle(input, at: now, hedging: &hedging, using: &dice, into: &actions)
            return actions
        }

        /// Lets every timer fire at its time until something comes of it.
        mutating func wait(for limit: Duration = .seconds(10)) -> [Walk.Action] {
            let end = now + limit
            while let due = walk.dueAt, due <= end {
                now = max(now, due)
                let actions = hear(.timePassed)
                if !actions.isEmpty { return actions }
            }
            now = end
            return []
        }
    }

    private let demo: EndpointName
    private let ranks: [MemberID]
    private let configuration = WakeConfiguration()
    private let found: WakeOutcome<TestLocation, TestRefusal>

    init() throws {
        demo = try #require(EndpointName("demo"))
        ranks = Rendezvous.ranked((0..<5).map { MemberID("proxy-\($0)") }, for: demo)
        found = .ready(TestLocation(endpoint: demo, version: FactVersion(generation: 1, sequence: 0)))
    }

    private func view(
        me rank: Int, suspect: [Int] = [], draining: [Int] = [], without gone: [Int] = []
    ) -> WakeView {
        WakeView(
            me: ranks[rank],
            members: ranks.indices.filter { !gone.contains($0) }.map { index in
                WakeView.Member(
                    id: ranks[index],
                    standing: suspect.contains(index) ? .suspect : draining.contains(index) ? .draining : .alive)
            })
    }

    private func walk(_ view: WakeView, isBudgetSpent: Bool = false) -> Held<Played> {
        var hedging = WakeHedging(configuration)
        let now = GossipInstant(nanoseconds: 1_000_000_000_000)
        if isBudgetSpent { _ = hedging.takeHedge(at: now) }
        return Held(
            Played(
                walk: Walk(
                    configuration, endpoint: demo, key: WakeKey(seen: 0), deadline: now + .seconds(30), view: view),
                hedging: hedging, now: now))
    }

    private func ask(_ rank: Int, hops: UInt32 = 0, suspected: [Int] = [], key: WakeKey = WakeKey(seen: 0))
        -> Walk.Action
    {
        .ask(ranks[rank], WakeCall(endpoint: demo, key: key, hops: hops, suspected: suspected.map { ranks[$0] }))
    }

    private func execute(from predecessors: [Int], key: WakeKey = WakeKey(seen: 0)) -> Walk.Action {
        .execute(key, takingOverFrom: predecessors.map { ranks[$0] })
    }

    // MARK: - The usual

    @Test func `the owner is asked, its answer ends the walk`() {
        let walk = walk(view(me: 4))
        #expect(walk { $0.hear(.begun) } == [ask(0)])
        #expect(walk { $0.hear(.beatHeard(ranks[0], WakeKey(seen: 0)), after: .milliseconds(1)) }.isEmpty)
        #expect(walk { $0.hear(.answered(ranks[0], found), after: .milliseconds(100)) } == [.finish(found)])
        #expect(walk { $0.walk.isFinished })
        #expect(walk { $0.walk.dueAt } == nil)
    }

    @Test func `the owner itself asks nobody`() {
        let walk = walk(view(me: 0))
        #expect(walk { $0.hear(.begun) } == [execute(from: [])])
        #expect(walk { $0.hear(.executed(found)) } == [.finish(found)])
    }

    @Test func `a failure is an answer, and is taken to nobody else`() {
        let walk = walk(view(me: 4))
        _ = walk { $0.hear(.begun) }
        let failed: WakeOutcome<TestLocation, TestRefusal> = .failed(.refused(retryAfter: nil))
        #expect(walk { $0.hear(.answered(ranks[0], failed)) } == [.finish(failed)])
    }

    @Test func `as long as it keeps the beat it is waited for, to the deadline`() {
        let walk = walk(view(me: 4))
        _ = walk { $0.hear(.begun) }
        for _ in 0..<119 {
            #expect(walk { $0.hear(.beatHeard(ranks[0], nil), after: .milliseconds(250)) }.isEmpty)
            #expect(walk { $0.hear(.timePassed) }.isEmpty)
        }
        #expect(walk { $0.wait() } == [.finish(.failed(.outOfTime))])
    }

    // MARK: - Evidence

    @Test func `a reset is followed by the successor, within the jitter, whatever the budget`() {
        let walk = walk(view(me: 4), isBudgetSpent: true)
        _ = walk { $0.hear(.begun) }
        let lost = walk { $0.now }
        #expect(walk { $0.hear(.streamReset(ranks[0])) }.isEmpty)
        #expect(walk { $0.wait() } == [ask(1, suspected: [0])])
        #expect(lost.duration(to: walk { $0.now }) <= configuration.reaskJitter)
    }

    @Test func `the successor itself does not wait`() {
        let walk = walk(view(me: 1))
        _ = walk { $0.hear(.begun) }
        #expect(walk { $0.hear(.streamReset(ranks[0])) } == [execute(from: [0])])
    }

    @Test func `two missed beats bring the successor in, under the owner's key`() {
        let walk = walk(view(me: 4))
        _ = walk { $0.hear(.begun) }
        _ = walk { $0.hear(.beatHeard(ranks[0], WakeKey(seen: 3, round: 2)), after: .milliseconds(1)) }
        let heard = walk { $0.now }
        #expect(walk { $0.wait() } == [ask(1, suspected: [0], key: WakeKey(seen: 3, round: 2))])
        #expect(heard.duration(to: walk { $0.now }) == configuration.quietAfter)
        // And is not hung up on: it may answer first.
        #expect(walk { $0.hear(.answered(ranks[0], found)) } == [.finish(found)])
    }

    @Test func `a first beat later than usual does too`() {
        let walk = walk(view(me: 4))
        walk { played in for _ in 0..<100 { played.hedging.firstBeatCame(after: .milliseconds(30)) } }
        _ = walk { $0.hear(.begun) }
        let asked = walk { $0.now }
        #expect(walk { $0.wait() } == [ask(1, suspected: [0])])
        #expect(asked.duration(to: walk { $0.now }) == .milliseconds(60))
    }

    @Test func `a timer that comes late accuses nobody`() {
        let walk = walk(view(me: 4))
        _ = walk { $0.hear(.begun) }
        #expect(walk { $0.hear(.timePassed, after: .seconds(2)) }.isEmpty)
        #expect(walk { $0.hear(.beatHeard(ranks[0], nil), after: .milliseconds(1)) }.isEmpty)
        #expect(walk { $0.wait(for: .milliseconds(600)) }.isEmpty)
    }

    @Test func `not for ever, though`() {
        let walk = walk(view(me: 4))
        _ = walk { $0.hear(.begun) }
        for _ in 0..<configuration.lateTimerLimit {
            #expect(walk { $0.hear(.timePassed, after: .milliseconds(700)) }.isEmpty)
        }
        _ = walk { $0.hear(.timePassed, after: .milliseconds(700)) }
        #expect(walk { $0.wait(for: configuration.reaskJitter) } == [ask(1, suspected: [0])])
    }

    @Test func `a suspect owner is asked, and its successor in the same breath`() {
        let walk = walk(view(me: 4, suspect: [0]))
        #expect(walk { $0.hear(.begun) } == [ask(0), ask(1, suspected: [0])])
        #expect(walk { $0.wait(for: .milliseconds(400)) }.isEmpty)
    }

    @Test func `an owner that becomes suspect brings the successor in, once`() {
        let walk = walk(view(me: 4))
        _ = walk { $0.hear(.begun) }
        _ = walk { $0.hear(.beatHeard(ranks[0], nil)) }
        #expect(walk { $0.hear(.membersChanged(view(me: 4, suspect: [0]))) } == [ask(1, suspected: [0])])
        #expect(walk { $0.hear(.membersChanged(view(me: 4, suspect: [0, 1]))) }.isEmpty)
    }

    @Test func `one that begins to drain finishes what it has begun, and is hedged if it has not`() {
        let busy = walk(view(me: 4))
        _ = busy { $0.hear(.begun) }
        _ = busy { $0.hear(.beatHeard(ranks[0], nil)) }
        #expect(busy { $0.hear(.membersChanged(view(me: 4, draining: [0]))) }.isEmpty)
        let idle = walk(view(me: 4))
        _ = idle { $0.hear(.begun) }
        #expect(idle { $0.hear(.membersChanged(view(me: 4, draining: [0]))) } == [ask(1, suspected: [0])])
    }

    @Test func `one that is no member any more is passed over, unless it is heard`() {
        let gone = walk(view(me: 4), isBudgetSpent: true)
        _ = gone { $0.hear(.begun) }
        _ = gone { $0.hear(.membersChanged(view(me: 4, without: [0]))) }
        #expect(gone { $0.wait(for: configuration.reaskJitter) } == [ask(1, suspected: [0])])
        let heard = walk(view(me: 4), isBudgetSpent: true)
        _ = heard { $0.hear(.begun) }
        _ = heard { $0.hear(.beatHeard(ranks[0], nil)) }
        #expect(heard { $0.hear(.membersChanged(view(me: 4, without: [0]))) }.isEmpty)
    }

    // MARK: - Budget and limits

    @Test func `without budget silence is borne until it counts as gone`() {
        let walk = walk(view(me: 4), isBudgetSpent: true)
        _ = walk { $0.hear(.begun) }
        let asked = walk { $0.now }
        #expect(walk { $0.wait() } == [ask(1, suspected: [0])])
        let waited = asked.duration(to: walk { $0.now })
        #expect(waited >= configuration.goneAfter && waited < configuration.goneAfter + .milliseconds(300))
    }

    @Test func `so is doubt`() {
        let walk = walk(view(me: 4, suspect: [0]), isBudgetSpent: true)
        #expect(walk { $0.hear(.begun) } == [ask(0)])
        _ = walk { $0.hear(.beatHeard(ranks[0], nil)) }
        #expect(walk { $0.wait(for: .milliseconds(600)) }.isEmpty)
    }

    @Test func `down the ranks, each flagged with all before it, and oneself when the next`() {
        let walk = walk(view(me: 3))
        _ = walk { $0.hear(.begun) }
        #expect(walk { $0.wait() } == [ask(1, suspected: [0])])
        #expect(walk { $0.wait() } == [ask(2, suspected: [0, 1])])
        #expect(walk { $0.wait() } == [execute(from: [0, 1, 2])])
        #expect(walk { $0.hear(.streamReset(ranks[0])) }.isEmpty)
        #expect(walk { $0.hear(.executed(found)) } == [.finish(found)])
    }

    @Test func `three seconds of nothing but silence stand for everybody's`() {
        let walk = walk(view(me: 4, draining: [4]))
        _ = walk { $0.hear(.begun) }
        var actions: [Walk.Action] = []
        let start = walk { $0.now }
        while actions.last != execute(from: []), start.duration(to: walk { $0.now }) < .seconds(20) {
            actions += walk { $0.wait() }
        }
        #expect(
            actions == [
                ask(1, suspected: [0]), ask(2, suspected: [0, 1]), ask(3, suspected: [0, 1, 2]),
                execute(from: []),
            ])
        #expect(start.duration(to: walk { $0.now }) < .seconds(5))
    }

    @Test func `alone, one is the owner even while draining`() {
        let walk = walk(view(me: 0, draining: [0], without: [1, 2, 3, 4]))
        #expect(walk { $0.hear(.begun) } == [execute(from: [])])
    }

    // MARK: - Redirects

    @Test func `a redirect is followed, once`() {
        let walk = walk(view(me: 4, without: [0]))
        #expect(walk { $0.hear(.begun) } == [ask(1)])
        #expect(walk { $0.hear(.redirected(by: ranks[1], to: ranks[0])) } == [ask(0, hops: 1)])
        // It was to answer by itself; the first one is, with the hop limit reached, as well.
        #expect(walk { $0.hear(.redirected(by: ranks[0], to: ranks[2])) }.isEmpty)
        #expect(walk { $0.wait() } == [ask(1, hops: 1, suspected: [0])])
    }

    @Test func `a redirect to somebody given up goes back, flagged: it may reach whom this member does not`() {
        let walk = walk(view(me: 4))
        _ = walk { $0.hear(.begun) }
        _ = walk { $0.hear(.streamReset(ranks[0])) }
        #expect(walk { $0.wait() } == [ask(1, suspected: [0])])
        #expect(
            walk { $0.hear(.redirected(by: ranks[1], to: ranks[0])) } == [ask(1, hops: 1, suspected: [0])])
    }

    @Test func `a redirect to oneself is believed, unless one drains`() {
        let named = walk(view(me: 4, without: [0]))
        _ = named { $0.hear(.begun) }
        #expect(named { $0.hear(.redirected(by: ranks[1], to: ranks[4])) } == [execute(from: [])])
        let draining = walk(view(me: 4, draining: [4]))
        _ = draining { $0.hear(.begun) }
        #expect(draining { $0.hear(.redirected(by: ranks[0], to: ranks[4])) } == [ask(0, hops: 1)])
    }

    @Test func `a redirect of a member that was not asked changes nothing`() {
        let walk = walk(view(me: 4))
        _ = walk { $0.hear(.begun) }
        #expect(walk { $0.hear(.redirected(by: ranks[2], to: ranks[3])) }.isEmpty)
    }

    // MARK: - Every event in every state

    private var everyInput: [Walk.Input] {
        [
            .begun, .beatHeard(ranks[0], nil), .answered(ranks[0], found), .redirected(by: ranks[0], to: ranks[2]),
            .streamReset(ranks[0]), .membersChanged(view(me: 4)), .executed(found), .timePassed,
        ]
    }

    @Test func `before it has begun nothing but the beginning counts`() {
        for input in everyInput.dropFirst() {
            #expect(walk(view(me: 4))({ $0.hear(input) }).isEmpty)
        }
    }

    @Test func `while it asks`() {
        let expected: [[Walk.Action]] = [
            [], [], [.finish(found)], [ask(2, hops: 1)], [], [], [.finish(found)], [],
        ]
        for (input, actions) in zip(everyInput, expected) {
            let walk = walk(view(me: 4))
            _ = walk { $0.hear(.begun) }
            #expect(walk { $0.hear(input) } == actions, "\(input)")
        }
    }

    @Test func `while it executes`() {
        let expected: [[Walk.Action]] = [[], [], [.finish(found)], [], [], [], [.finish(found)], []]
        for (input, actions) in zip(everyInput, expected) {
            let walk = walk(view(me: 0))
            _ = walk { $0.hear(.begun) }
            #expect(walk { $0.hear(input) } == actions, "\(input)")
        }
        let late = walk(view(me: 0))
        _ = late { $0.hear(.begun) }
        #expect(late { $0.hear(.timePassed, after: .seconds(30)) } == [.finish(.failed(.outOfTime))])
    }

    @Test func `after its end nothing counts`() {
        for input in everyInput {
            let walk = walk(view(me: 0))
            _ = walk { $0.hear(.begun) }
            _ = walk { $0.hear(.executed(found)) }
            #expect(walk { $0.hear(input, after: .seconds(40)) }.isEmpty)
        }
    }
}
