import Gossip
import Testing

@testable import EdgeProxy

/// What an operator is told of wakes.
struct FlightLedgerTests {
    private let demo: EndpointName
    private let start = ContinuousClock.now
    private let byA = FleetEvent.WakeBeginning(seenGeneration: 3, owner: MemberID("a"))
    private let byB = FleetEvent.WakeBeginning(seenGeneration: 3, owner: MemberID("b"))

    init() throws {
        demo = try #require(EndpointName("demo"))
    }

    @Test func `a flight begins once, changes its owner, and ends once`() throws {
        let ledger = Held(FlightLedger())
        #expect(ledger { $0.flight(of: demo) } == nil)
        ledger { $0.waiterCame(demo) }
        #expect(ledger { $0.began(demo, byA, at: start) })
        ledger { $0.waiterCame(demo) }
        // The next rank is asked: no new wake.
        #expect(!ledger { $0.began(demo, byB, at: start + .seconds(1)) })
        #expect(ledger { $0.flight(of: demo) } == FlightLedger.Flight(beginning: byB, began: start, waiters: 2))
        #expect(ledger { $0.open } == [demo])
        ledger { $0.settled(demo, "ok", waiters: 2) }
        ledger { $0.waiterLeft(demo) }
        ledger { $0.waiterLeft(demo) }
        let over1 = ledger { $0.ended(demo, at: start + .seconds(4)) }
        let (beginning, ending) = try #require(over1)
        #expect(beginning == byB)
        #expect(ending == FleetEvent.WakeEnding(outcome: "ok", waiters: 2, took: .seconds(4)))
        let again = ledger { $0.ended(demo, at: start) }
        #expect(again?.1 == nil)
        #expect(ledger { $0.open }.isEmpty)
    }

    @Test func `waiters that are answered in turn are counted together, and the last word counts`() throws {
        let ledger = Held(FlightLedger())
        ledger { $0.began(demo, byA, at: start) }
        ledger { $0.settled(demo, "ok", waiters: 3) }
        ledger { $0.settled(demo, "deadline", waiters: 1) }
        let over2 = ledger { $0.ended(demo, at: start) }
        let (_, ending) = try #require(over2)
        #expect((ending.outcome, ending.waiters) == ("deadline", 4))
    }

    @Test func `one that nobody hears the end of is abandoned`() throws {
        let ledger = Held(FlightLedger())
        ledger { $0.settled(demo, "ok", waiters: 1) }
        ledger { $0.began(demo, byA, at: start) }
        let over3 = ledger { $0.ended(demo, at: start) }
        let (_, ending) = try #require(over3)
        #expect((ending.outcome, ending.waiters) == ("abandoned", 0))
    }

    @Test func `more waiters leave than came: none wait`() {
        let ledger = Held(FlightLedger())
        ledger { $0.began(demo, byA, at: start) }
        ledger { $0.waiterLeft(demo) }
        ledger { $0.waiterCame(demo) }
        #expect(ledger { $0.flight(of: demo) }?.waiters == 1)
    }
}
