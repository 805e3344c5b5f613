import Gossip
import Testing

/// facts: gossip §4.3, row by row, over whole fleets by seed.
struct WakeFleetTests {
    private static let seeds = Array(1...24 as ClosedRange<UInt64>)

    private func size(_ seed: UInt64) -> Int { 3 + Int(seed % 8) }

    /// Ten sessions at every member within 30 ms.
    private func crowd(_ fleet: inout WakeFleet) {
        for (index, id) in fleet.ids.enumerated() {
            fleet.sessions(7, at: id, after: .milliseconds(index))
            fleet.sessions(3, at: id, after: .milliseconds(20 + index))
        }
    }

    private func expectEverybodyServed(_ fleet: WakeFleet, but missing: Int = 0, seed: UInt64) {
        #expect(fleet.answers.count == fleet.sessionCount - missing, "seed \(seed)")
        #expect(
            fleet.answers.allSatisfy {
                if case .ready = $0.outcome { true } else { false }
            }, "seed \(seed)")
    }

    private func expectAtRest(_ fleet: WakeFleet, seed: UInt64) {
        for id in fleet.ids {
            guard let desk = fleet.desks[id] else { continue }
            #expect(desk.flightCount == 0 && desk.askCount == 0 && desk.waiterCount == 0, "seed \(seed) \(id)")
            #expect(desk.nextDeadline == nil, "seed \(seed) \(id)")
        }
    }

    @Test(arguments: seeds) func `while views agree there is one call, whoever asks`(seed: UInt64) {
        var fleet = WakeFleet(members: size(seed), seed: seed)
        crowd(&fleet)
        fleet.run()
        #expect(fleet.planeCalls.count == 1, "seed \(seed)")
        #expect(fleet.planeCalls.first?.by == fleet.ids[0])
        expectEverybodyServed(fleet, seed: seed)
        expectAtRest(fleet, seed: seed)
    }

    @Test(arguments: seeds) func `the same seed plays the same run`(seed: UInt64) {
        func log() -> [String] {
            var fleet = WakeFleet(members: size(seed), seed: seed)
            fleet.isLogging = true
            for id in fleet.ids { fleet.sessions(2, at: id) }
            fleet.kill(fleet.ids[0], after: .milliseconds(700))
            fleet.run()
            return fleet.log
        }
        let isSame = log() == log()
        #expect(isSame, "seed \(seed)")
    }

    @Test(arguments: seeds) func `an owner killed in flight costs a second call under the same key`(seed: UInt64) {
        var fleet = WakeFleet(members: size(seed), seed: seed)
        crowd(&fleet)
        fleet.kill(fleet.ids[0], after: .milliseconds(100 + Int(seed) * 20))
        fleet.run()
        #expect(fleet.planeCalls.count <= 2, "seed \(seed)")
        #expect(fleet.starts.count == 1, "seed \(seed)")
        #expect(Set(fleet.planeCalls.map(\.by)) == Set(fleet.ids.prefix(2)), "seed \(seed)")
        expectEverybodyServed(fleet, but: 10, seed: seed)
        // Nobody waited for a suspicion: the reset was enough.
        let late = fleet.start + .milliseconds(100 + Int(seed) * 20 + 60) + fleet.planeTime
        #expect(fleet.answers.allSatisfy { $0.at <= late }, "seed \(seed)")
    }

    @Test(arguments: seeds) func `an owner gone before it was asked costs nothing`(seed: UInt64) {
        var fleet = WakeFleet(members: size(seed), seed: seed)
        fleet.kill(fleet.ids[0], after: .zero)
        crowd(&fleet)
        fleet.run()
        #expect(fleet.planeCalls.map(\.by) == [fleet.ids[1]], "seed \(seed)")
        expectEverybodyServed(fleet, seed: seed)
        expectAtRest(fleet, seed: seed)
    }

    @Test(arguments: seeds) func `a short pause of the owner costs nothing, a long one a second call`(seed: UInt64) {
        for (pause, calls) in [(Duration.milliseconds(1500), 1), (.seconds(8), 2)] {
            var fleet = WakeFleet(members: size(seed), seed: seed)
            fleet.planeTime = .seconds(4)
            crowd(&fleet)
            fleet.pause(fleet.ids[0], after: .milliseconds(300), for: pause)
            fleet.run()
            #expect(fleet.planeCalls.count == calls, "seed \(seed) pause \(pause)")
            #expect(fleet.starts.count == 1, "seed \(seed) pause \(pause)")
            expectEverybodyServed(fleet, seed: seed)
            expectAtRest(fleet, seed: seed)
        }
    }

    @Test(arguments: seeds) func `whoever cannot reach a live owner is brought there by its successor`(seed: UInt64) {
        var fleet = WakeFleet(members: size(seed), seed: seed)
        let (owner, caller) = (fleet.ids[0], fleet.ids[2])
        fleet.cut = [[caller, owner], [owner, caller]]
        crowd(&fleet)
        fleet.run()
        #expect(fleet.planeCalls.map(\.by) == [owner], "seed \(seed)")
        expectEverybodyServed(fleet, seed: seed)
    }

    @Test(arguments: seeds) func `each side of a partition wakes once, under one key`(seed: UInt64) {
        var fleet = WakeFleet(members: size(seed), seed: seed)
        // Every second one is over there; nobody's view knows yet.
        for left in stride(from: 0, to: fleet.ids.count, by: 2) {
            for right in stride(from: 1, to: fleet.ids.count, by: 2) {
                fleet.cut.formUnion([[fleet.ids[left], fleet.ids[right]], [fleet.ids[right], fleet.ids[left]]])
            }
        }
        fleet.planeTime = .seconds(5)
        crowd(&fleet)
        fleet.run()
        #expect(Set(fleet.planeCalls.map(\.by)) == Set(fleet.ids.prefix(2)), "seed \(seed)")
        #expect(fleet.planeCalls.count == 2, "seed \(seed)")
        #expect(fleet.starts.count == 1, "seed \(seed)")
        expectEverybodyServed(fleet, seed: seed)
    }

    @Test(arguments: seeds) func `an isolated member wakes by itself`(seed: UInt64) {
        var fleet = WakeFleet(members: size(seed), seed: seed)
        let alone = fleet.ids[fleet.ids.count - 1]
        for id in fleet.ids { fleet.cut.formUnion([[alone, id], [id, alone]]) }
        fleet.sessions(20, at: alone)
        fleet.run()
        #expect(fleet.planeCalls.map(\.by) == [alone], "seed \(seed)")
        expectEverybodyServed(fleet, seed: seed)
        #expect(fleet.answers.allSatisfy { $0.at < fleet.start + .seconds(10) }, "seed \(seed)")
        expectAtRest(fleet, seed: seed)
    }

    @Test(arguments: seeds) func `a caller that lacks the owner is told whom it lacks`(seed: UInt64) {
        var fleet = WakeFleet(members: size(seed), seed: seed)
        let (owner, second, caller) = (fleet.ids[0], fleet.ids[1], fleet.ids[2])
        fleet.view(fleet.agreedView(of: caller, without: [owner]), after: .zero)
        for id in fleet.ids { fleet.sessions(10, at: id, after: .milliseconds(5)) }
        fleet.run()
        #expect(fleet.planeCalls.map(\.by) == [owner], "seed \(seed)")
        #expect(fleet.redirects.map(\.by) == [second] && fleet.redirects.map(\.to) == [owner], "seed \(seed)")
        #expect(fleet.redirects.first?.unknown == [owner], "seed \(seed)")
        expectEverybodyServed(fleet, seed: seed)
        expectAtRest(fleet, seed: seed)
    }

    @Test(arguments: seeds) func `views that all differ end at distinct owners, never in a circle`(seed: UInt64) {
        var fleet = WakeFleet(members: size(seed), seed: seed)
        var dice = TestDice(state: seed)
        for id in fleet.ids {
            let gone = fleet.ids.filter { $0 != id && Bool.random(using: &dice) }
            fleet.view(fleet.agreedView(of: id, without: gone), after: .zero)
            fleet.sessions(10, at: id, after: .milliseconds(5))
        }
        fleet.run()
        let owners = fleet.planeCalls.map(\.by)
        #expect(Set(owners).count == owners.count, "seed \(seed)")
        #expect(fleet.starts.count == 1, "seed \(seed)")
        expectEverybodyServed(fleet, seed: seed)
        expectAtRest(fleet, seed: seed)
    }

    @Test(arguments: seeds) func `a draining owner finishes what it has begun and passes on the rest`(seed: UInt64) {
        var fleet = WakeFleet(members: size(seed), seed: seed)
        let owner = fleet.ids[0]
        fleet.sessions(10, at: fleet.ids[1])
        let draining = fleet.ids.map { WakeView.Member(id: $0, standing: $0 == owner ? .draining : .alive) }
        fleet.view(WakeView(me: owner, members: draining), after: .milliseconds(500))
        // One more comes for the flight under way; the others have heard of the drain meanwhile.
        fleet.sessions(10, at: fleet.ids[2], after: .milliseconds(600))
        fleet.run()
        #expect(fleet.planeCalls.map(\.by) == [owner], "seed \(seed)")
        expectEverybodyServed(fleet, seed: seed)

        // A new question finds it draining: the caller, who does not know, is sent to rank 1.
        var later = WakeFleet(members: size(seed), seed: seed)
        later.view(WakeView(me: owner, members: draining), after: .zero)
        for id in later.ids.dropFirst() { later.sessions(10, at: id, after: .milliseconds(5)) }
        later.run()
        #expect(later.planeCalls.map(\.by) == [later.ids[1]], "seed \(seed)")
        #expect(later.redirects.allSatisfy { $0.by == owner && $0.to == later.ids[1] }, "seed \(seed)")
        expectEverybodyServed(later, seed: seed)
        expectAtRest(later, seed: seed)
    }

    @Test(arguments: seeds) func `many who saw the same generation fail cost one more call`(seed: UInt64) {
        var fleet = WakeFleet(members: size(seed), seed: seed)
        crowd(&fleet)
        for (index, id) in fleet.ids.enumerated() {
            fleet.sessions(50, at: id, after: .seconds(5) + .milliseconds(index * 300), seen: 1)
        }
        fleet.run()
        #expect(fleet.planeCalls.map(\.key) == ["demo:0:0", "demo:1:0"], "seed \(seed)")
        expectEverybodyServed(fleet, seed: seed)
    }

    @Test func `a suspect owner is asked, and its successor beside it, who joins`() {
        var fleet = WakeFleet(members: 5, seed: 7)
        let caller = fleet.ids[4]
        let doubted = fleet.ids.map { WakeView.Member(id: $0, standing: $0 == fleet.ids[0] ? .suspect : .alive) }
        fleet.view(WakeView(me: caller, members: doubted), after: .zero)
        fleet.sessions(10, at: caller, after: .milliseconds(1))
        fleet.run()
        #expect(fleet.planeCalls.map(\.by) == [fleet.ids[0]])
        expectEverybodyServed(fleet, seed: 7)
        expectAtRest(fleet, seed: 7)
    }

    @Test func `what an agent reports ends the waiting and the asking`() {
        var fleet = WakeFleet(members: 5, seed: 7)
        fleet.planeTime = .seconds(20)
        let location = TestLocation(endpoint: fleet.demo, version: FactVersion(generation: 1, sequence: 4))
        for id in fleet.ids {
            fleet.sessions(10, at: id)
            fleet.learned(location, at: id, after: .milliseconds(900))
        }
        fleet.run(for: .seconds(1))
        #expect(fleet.answers.count == 50)
        #expect(fleet.answers.allSatisfy { $0.outcome == .ready(location) })
        #expect(fleet.planeCalls.count == 1)
        for id in fleet.ids.dropFirst() { #expect(fleet.desks[id]?.flightCount == 0) }
    }

    @Test func `each that waits hears why before its own time is up`() throws {
        let demo = try #require(EndpointName("demo"))
        let start = GossipInstant(nanoseconds: 1_000_000_000_000)
        var desk = WakeFleet.Desk(view: WakeView(me: MemberID("proxy-0"), members: []), seed: 1)
        var actions: [WakeFleet.Desk.Action] = []
        let waiter = desk.newWaiter()
        desk.handle(
            .wanted(
                by: waiter, demo, seen: 0, deadline: start + .seconds(20), WakeErrand(session: "s"), known: nil),
            at: start, into: &actions)
        guard case .execute(let flight, _, _, let deadline, _)? = actions.first else {
            Issue.record("alone, it executes: \(actions)")
            return
        }
        let farewell = WakeConfiguration().farewell
        #expect(deadline + farewell + farewell == start + .seconds(20))
        actions = []
        desk.handle(.executed(flight, .failed(.refused(retryAfter: nil))), at: deadline, into: &actions)
        #expect(actions == [.answer([waiter], .failed(.refused(retryAfter: nil)))])
    }
}
