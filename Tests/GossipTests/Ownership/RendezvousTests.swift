import Gossip
import Testing

struct RendezvousTests {
    private func members(_ count: Int) -> [MemberID] {
        (0..<count).map { MemberID("proxy-\($0)") }
    }

    private func endpoint(_ number: Int) throws -> EndpointName {
        try #require(EndpointName("ep-\(number)"))
    }

    @Test func `every member has the same order whatever order it lists them in`() throws {
        let fleet = members(9)
        for number in 0..<50 {
            let name = try endpoint(number)
            let order = Rendezvous.ranked(fleet, for: name)
            #expect(Rendezvous.ranked(fleet.reversed(), for: name) == order)
            #expect(Set(order) == Set(fleet))
        }
    }

    @Test func `a member named twice ranks once`() throws {
        let order = Rendezvous.ranked(members(3) + members(3), for: try endpoint(1))
        #expect(order.count == 3)
    }

    @Test func `nobody ranks in an empty fleet`() throws {
        #expect(Rendezvous.ranked([], for: try endpoint(1)).isEmpty)
    }

    /// facts/gossip.md §4.1: chance alone gives 1.25 to 1.3.
    @Test func `ten thousand endpoints spread evenly over a hundred members`() throws {
        var owned: [MemberID: Int] = [:]
        for number in 0..<10_000 {
            let owner = try #require(Rendezvous.ranked(members(100), for: try endpoint(number)).first)
            owned[owner, default: 0] += 1
        }
        #expect(owned.count == 100)
        #expect(try #require(owned.values.max()) < 150)
        #expect(try #require(owned.values.min()) > 50)
    }

    @Test func `successors of one owner spread evenly too`() throws {
        var seconds: [MemberID: Int] = [:]
        let fleet = members(10)
        for number in 0..<10_000 {
            let order = Rendezvous.ranked(fleet, for: try endpoint(number))
            if order[0] == fleet[0] { seconds[order[1], default: 0] += 1 }
        }
        #expect(seconds.count == 9)
        let mean = Double(seconds.values.reduce(0, +)) / 9
        #expect(Double(try #require(seconds.values.max())) < mean * 1.5)
    }

    @Test func `taking a member away moves only its own endpoints`() throws {
        let fleet = members(7)
        let gone = fleet[3]
        for number in 0..<1000 {
            let name = try endpoint(number)
            let before = Rendezvous.ranked(fleet, for: name)
            let after = Rendezvous.ranked(fleet.filter { $0 != gone }, for: name)
            #expect(after == before.filter { $0 != gone })
        }
    }

    /// The order is part of what the fleet agrees on: a proxy of another build must compute the same one.
    @Test func `the order is pinned`() throws {
        let order = Rendezvous.ranked(
            [MemberID("proxy-a"), MemberID("proxy-b"), MemberID("proxy-c")], for: try endpoint(7))
        #expect(order.map(\.name) == Self.pinned)
    }

    private static let pinned = ["proxy-c", "proxy-a", "proxy-b"]
}
