import Gossip
import Testing

/// facts: gossip §4.3 and §4.5, as the asked member sees them.
struct WakeReceptionTests {
    private let demo: EndpointName
    private let ranks: [MemberID]

    init() throws {
        demo = try #require(EndpointName("demo"))
        ranks = Rendezvous.ranked((0..<12).map { MemberID("proxy-\($0)") }, for: demo)
    }

    private func verdict(
        me rank: Int, hops: UInt32 = 0, suspected: [Int] = [], draining: [Int] = [], canAnswer: Bool = false
    ) -> WakeReception.Verdict {
        WakeReception.verdict(
            on: WakeCall(
                endpoint: demo, key: WakeKey(seen: 0), hops: hops, suspected: suspected.map { ranks[$0] }),
            view: WakeView(
                me: ranks[rank],
                members: ranks.indices.map {
                    WakeView.Member(id: ranks[$0], standing: draining.contains($0) ? .draining : .alive)
                }), canAnswer: canAnswer)
    }

    @Test func `the owner answers`() {
        #expect(verdict(me: 0) == .answer(takingOverFrom: []))
    }

    @Test func `anybody else names the owner, and all that rank before itself`() {
        #expect(verdict(me: 1) == .redirect(to: ranks[0], unknown: [ranks[0]]))
        #expect(verdict(me: 3) == .redirect(to: ranks[0], unknown: Array(ranks[0...2])))
        #expect(
            verdict(me: 11) == .redirect(to: ranks[0], unknown: Array(ranks[..<WakeReception.redirectedCardLimit])))
    }

    @Test func `with the hop limit reached, or a flight under way, anybody answers`() {
        #expect(verdict(me: 3, hops: 1) == .answer(takingOverFrom: []))
        #expect(verdict(me: 3, hops: .max) == .answer(takingOverFrom: []))
        #expect(verdict(me: 3, canAnswer: true) == .answer(takingOverFrom: []))
        #expect(verdict(me: 0, draining: [0], canAnswer: true) == .answer(takingOverFrom: []))
    }

    @Test func `a successor takes over from those before it alone`() {
        #expect(verdict(me: 1, suspected: [0]) == .answer(takingOverFrom: [ranks[0]]))
        #expect(verdict(me: 2, suspected: [1, 0]) == .answer(takingOverFrom: [ranks[0], ranks[1]]))
        #expect(verdict(me: 1, hops: 1, suspected: [5, 0]) == .answer(takingOverFrom: [ranks[0]]))
    }

    @Test func `a flagged question to who is not the successor goes to who is`() {
        #expect(verdict(me: 2, suspected: [0]) == .redirect(to: ranks[1], unknown: [ranks[1]]))
    }

    @Test func `who drains names rank 1, and answers when it must`() {
        #expect(
            verdict(me: 0, draining: [0])
                == .redirect(to: ranks[1], unknown: Array(ranks[1...WakeReception.redirectedCardLimit])))
        #expect(verdict(me: 0, hops: 1, draining: [0]) == .answer(takingOverFrom: []))
        #expect(verdict(me: 0, draining: Array(0..<12)) == .answer(takingOverFrom: []))
    }
}
