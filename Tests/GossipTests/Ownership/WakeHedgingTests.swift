import Testing

@testable import Gossip

/// facts: gossip §4.4: hedges are 5 % of the calls of 10 s, and the first one is free.
struct WakeHedgingTests {
    private let start = GossipInstant(nanoseconds: 1_000_000_000_000)
    private let hedging = Held(WakeHedging(WakeConfiguration()))

    @Test func `the first hedge is free, then one in twenty calls`() {
        #expect(hedging { $0.takeHedge(at: start) })
        #expect(!hedging { $0.takeHedge(at: start) })
        for _ in 0..<39 { hedging { $0.callBegan(at: start) } }
        #expect(!hedging { $0.takeHedge(at: start) })
        hedging { $0.callBegan(at: start) }
        #expect(hedging { $0.takeHedge(at: start) })
        #expect(!hedging { $0.takeHedge(at: start) })
    }

    @Test func `after ten seconds both are forgotten`() {
        #expect(hedging { $0.takeHedge(at: start) })
        #expect(!hedging { $0.takeHedge(at: start + .seconds(9)) })
        #expect(hedging { $0.takeHedge(at: start + .seconds(10)) })
    }

    @Test func `patience is twice the usual, within reason`() {
        #expect(hedging { $0.firstBeatPatience } == .milliseconds(500))
        for _ in 0..<128 { hedging { $0.firstBeatCame(after: .milliseconds(1)) } }
        #expect(hedging { $0.firstBeatPatience } == .milliseconds(50))
        for _ in 0..<3 { hedging { $0.firstBeatCame(after: .milliseconds(100)) } }
        #expect(hedging { $0.firstBeatPatience } == .milliseconds(200))
        for _ in 0..<3 { hedging { $0.firstBeatCame(after: .seconds(5)) } }
        #expect(hedging { $0.firstBeatPatience } == .milliseconds(625))
    }

    @Test func `timers fire in order of time, each at its last setting`() {
        var timers = WakeTimers()
        let (one, two) = (WakeTimers.Timer.walk(WakeFlightID(1)), WakeTimers.Timer.takeover(WakeFlightID(1)))
        timers.set(one, at: start + .seconds(2))
        timers.set(two, at: start + .seconds(1))
        #expect(timers.first == start + .seconds(1))
        timers.set(two, at: start + .seconds(3))
        #expect(timers.first == start + .seconds(2))
        #expect(timers.takeDue(at: start + .seconds(1)).isEmpty)
        #expect(timers.takeDue(at: start + .seconds(3)) == [one, two])
        #expect(timers.first == nil)
        timers.set(one, at: start)
        timers.set(one, at: nil)
        #expect(timers.takeDue(at: start + .seconds(9)).isEmpty)
    }
}
