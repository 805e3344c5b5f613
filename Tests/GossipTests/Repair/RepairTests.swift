import Testing

@testable import Gossip

/// facts/gossip.md §3.3.
struct RepairTests {
    private func fact(_ name: String, _ generation: UInt64) -> Fact {
        .endpoint(
            EndpointFact(
                endpoint: named(name), version: FactVersion(generation: generation, sequence: 0),
                phase: .running(ComputePlace(address: "10.0.0.9:5432", serverName: "s", computeID: "c"))))
    }

    /// Two that know different things, though no datagram of news passes between them.
    private func divergent(_ count: Int, seed: UInt64) -> MiniFleet {
        var fleet = MiniFleet(2, joined: true, seed: seed)
        fleet.cut = [[0, 1], [1, 0]]
        var dice = GossipDice(seed: seed)
        for number in 0..<count {
            let name = "ep-\(number)"
            switch dice.below(4) {
            case 0: fleet.give(.published(fact(name, 1)), to: 0)
            case 1: fleet.give(.published(fact(name, 1)), to: 1)
            case 2:
                fleet.give(.published(fact(name, UInt64(dice.below(3)))), to: 0)
                fleet.give(.published(fact(name, UInt64(dice.below(3)))), to: 1)
            default:
                for index in 0..<2 { fleet.give(.published(fact(name, 1)), to: index) }
            }
        }
        fleet.run(for: .seconds(3))
        fleet.cut = []
        return fleet
    }

    @Test(arguments: [(1, 1), (10, 2), (500, 3), (3000, 4)] as [(Int, UInt64)])
    func `divergent stores converge, each entry at its newest`(count: Int, seed: UInt64) {
        var fleet = divergent(count, seed: seed)
        #expect(fleet.nodes[0].stateRoot != fleet.nodes[1].stateRoot || count == 1)
        fleet.run(for: .seconds(3))
        #expect(fleet.nodes[0].stateRoot == fleet.nodes[1].stateRoot)
        for number in 0..<count {
            let name = named("ep-\(number)")
            #expect(fleet.nodes[0].fact(of: name) == fleet.nodes[1].fact(of: name))
            #expect(fleet.nodes[0].fact(of: name) != nil)
        }
        for node in fleet.nodes { #expect(node.staleness(at: fleet.now) < .seconds(1)) }
    }

    @Test func `agreement costs no repair`() {
        var fleet = MiniFleet(5)
        fleet.give(.published(fact("ep-a", 1)), to: 0)
        fleet.run(for: .seconds(20))
        for node in fleet.nodes {
            #expect(node.counters.repairsBegun == 0)
            #expect(node.counters.rootsAgreed > 30)
        }
    }

    @Test func `a joiner gets everything, in pages, and gives what it has`() {
        var fleet = MiniFleet(2, joined: true) { $0.repairByteLimit = 16 * 1024 }
        for number in 0..<2000 { fleet.give(.published(fact("ep-\(number)", 1)), to: 0) }
        fleet.run(for: .seconds(5))
        let index = fleet.add(MiniFleet.card(5))
        fleet.give(.published(fact("own", 1)), to: index)
        #expect(fleet.nodes[index].staleness(at: fleet.now) == .zero, "alone")
        fleet.give(.addressesFound([MiniFleet.address(0)]), to: index)
        #expect(!fleet.nodes[index].isSynced)
        fleet.run(for: .milliseconds(20))
        #expect(fleet.nodes[index].isSynced)
        #expect(fleet.nodes[index].counters.facts == 2001)
        fleet.run(for: .seconds(2))
        #expect(fleet.nodes[1].fact(of: named("own")) != nil)
        #expect(Set(fleet.nodes.map(\.stateRoot)).count == 1)
        let pages = fleet.log.count { entry in
            if case .repair(_, .everything) = entry.action { entry.member == index } else { false }
        }
        #expect(pages > 4)
    }

    @Test func `resync forgets and fetches again`() {
        var fleet = MiniFleet(3)
        for number in 0..<100 { fleet.give(.published(fact("ep-\(number)", 1)), to: number % 3) }
        fleet.run(for: .seconds(2))
        let root = fleet.nodes[0].stateRoot
        fleet.give(.resyncWanted, to: 1)
        #expect(fleet.nodes[1].counters.facts == 100)
        fleet.run(for: .seconds(1))
        #expect(fleet.nodes.map(\.stateRoot) == [root, root, root])
        #expect(fleet.stories(of: 1).contains(.resynced))
    }

    @Test func `a lone member keeps its state and is never stale`() {
        var fleet = MiniFleet(1)
        fleet.give(.published(fact("ep-a", 1)), to: 0)
        fleet.give(.resyncWanted, to: 0)
        fleet.run(for: .seconds(100))
        #expect(fleet.nodes[0].counters.facts == 1)
        #expect(fleet.nodes[0].staleness(at: fleet.now) == .zero)
        #expect(fleet.nodes[0].isSynced)
    }

    @Test func `staleness grows while nobody agrees`() {
        var fleet = MiniFleet(2)
        fleet.run(for: .seconds(5))
        #expect(fleet.nodes[0].staleness(at: fleet.now) < .seconds(1))
        fleet.cut = [[0, 1], [1, 0]]
        fleet.run(for: .seconds(8))
        #expect(fleet.nodes[0].staleness(at: fleet.now) > .seconds(7))
    }

    @Test func `a repair that fails is one of many`() {
        var fleet = divergent(100, seed: 9)
        fleet.streamsWork = false
        fleet.run(for: .seconds(3))
        #expect(fleet.nodes[0].counters.repairsFailed + fleet.nodes[1].counters.repairsFailed > 0)
        fleet.streamsWork = true
        fleet.run(for: .seconds(3))
        #expect(fleet.nodes[0].stateRoot == fleet.nodes[1].stateRoot)
    }

    @Test func `a repair nobody answers is given up`() {
        var bench = NodeBench(others: 2)
        let one = MiniFleet.card(1)
        bench.hear([.ping(sequence: 1, target: MiniFleet.card(0).process, round: 0, root: 5)], from: one)
        #expect(bench.node.counters.repairsBegun == 1)
        bench.wait(.seconds(11))
        #expect(bench.node.counters.repairsFailed == 1)
        let late = bench.give(.repairAnswered(one.name, .differing([1])))
        #expect(late.isEmpty)
    }

    @Test func `an answer to another question ends the repair`() {
        var bench = NodeBench(others: 2)
        let one = MiniFleet.card(1)
        bench.hear([.ping(sequence: 1, target: MiniFleet.card(0).process, round: 0, root: 5)], from: one)
        bench.give(.repairAnswered(MiniFleet.card(2).name, .taken))
        #expect(bench.node.counters.repairsFailed == 0)
        bench.give(.repairAnswered(one.name, .page([], nextBucket: 4)))
        #expect(bench.node.counters.repairsFailed == 1)
    }

    @Test func `answers and questions are bounded`() throws {
        var bench = NodeBench(others: 2) { $0.repairByteLimit = 16 * 1024 }
        for number in 0..<5000 { bench.give(.published(fact("ep-\(number)", 1))) }
        bench.wait(.seconds(2))
        var actions: [GossipNode.Action] = []
        let page = bench.node.answer(.everything(fromBucket: 0), at: bench.now, into: &actions)
        #expect(page.encoded.count < 17 * 1024)
        let differing = bench.node.answer(
            .groups(Array(repeating: 0, count: 64)), at: bench.now, into: &actions)
        guard case .differing(let buckets) = differing else {
            Issue.record("\(differing)")
            return
        }
        #expect(buckets.count < 1024 && buckets.count >= 16)
        let all = bench.node.answer(.buckets(Array(0..<1024), []), at: bench.now, into: &actions)
        #expect(all.encoded.count < 18 * 1024)
        guard case .entries(_, _, let isComplete) = all else { return }
        #expect(!isComplete)
        // Strange ones.
        for question in [
            RepairQuestion.groups([]), .groups([1]), .everything(fromBucket: .max), .buckets([.max, 0, 0], []),
            .buckets([], [RepairLine(key: 1, state: 2)]), .entries([]),
        ] { _ = bench.node.answer(question, at: bench.now, into: &actions) }
    }

    // MARK: - Members

    /// memberlist: a remote “dead” in a full sync becomes “suspect” first.
    @Test func `in a repair the dead are only suspected, so that they can object`() {
        var bench = NodeBench(others: 5)
        let one = MiniFleet.card(1)
        var actions: [GossipNode.Action] = []
        _ = bench.node.answer(.entries([.member(one, .dead)]), at: bench.now, into: &actions)
        #expect(bench.health(of: one) == .suspect)
        #expect(
            !bench.receivers(of: .suspect(one.process, incarnation: 1, accuser: MiniFleet.card(0).process), in: actions)
                .isEmpty)
        _ = bench.node.answer(.entries([.member(MiniFleet.card(2), .left)]), at: bench.now, into: &actions)
        #expect(bench.health(of: MiniFleet.card(2)) == .left)
        let unknown = MiniFleet.card(9)
        _ = bench.node.answer(.entries([.member(unknown, .dead)]), at: bench.now, into: &actions)
        #expect(bench.health(of: unknown) == .dead, "a tombstone of somebody never met is one")
    }

    /// One flipped bit in somebody's memory must not evict a member that cannot refute it.
    @Test func `a repair does not accuse at incarnations that nobody can have`() {
        var bench = NodeBench(others: 5)
        var actions: [GossipNode.Action] = []
        let entries: [RepairEntry] = [
            .member(MiniFleet.card(1).saying(1 << 40), .dead), .member(MiniFleet.card(2).saying(1 << 40), .left),
            .member(MiniFleet.card(3).saying(1 << 40), .alive),
        ]
        _ = bench.node.answer(.entries(entries), at: bench.now, into: &actions)
        for index in 1...3 {
            #expect(bench.health(of: MiniFleet.card(index)) == .alive)
            #expect(bench.node.card(of: MiniFleet.card(index).name)?.incarnation == 1)
        }
        #expect(bench.node.counters.implausible == 3)
    }

    @Test func `a member that has gone far ahead is believed when it says so itself`() {
        var bench = NodeBench(others: 2)
        let one = MiniFleet.card(1)
        bench.hear([.ping(sequence: 1, target: MiniFleet.card(0).process, round: 0, root: 5)], from: one)
        bench.give(.repairAnswered(one.name, .differing([3])))
        bench.give(
            .repairAnswered(
                one.name, .entries([.member(one.saying(5000), .alive)], wanted: [], isComplete: true)))
        #expect(bench.node.card(of: one.name)?.incarnation == 5000)
    }

    @Test func `my own death in a repair is refuted`() {
        var bench = NodeBench(others: 5)
        var actions: [GossipNode.Action] = []
        _ = bench.node.answer(.entries([.member(MiniFleet.card(0), .dead)]), at: bench.now, into: &actions)
        #expect(bench.node.card.incarnation == 2)
    }

    @Test func `a difference about who is alive is found and settled`() {
        var fleet = MiniFleet(4)
        fleet.run(for: .seconds(2))
        // One of four believes a forged death that nobody else hears of.
        var bench = NodeBench(others: 0)
        var packet = GossipPacket(budget: 1158)
        let news = News.dead(MiniFleet.card(3).process, incarnation: 1, accuser: MiniFleet.card(1).process)
        packet.append(.news(age: 0, body: news.body[...]))
        fleet.cut = Set((1..<4).map { [0, $0] })
        let one = MiniFleet.card(1)
        fleet.give(
            .datagramReceived(packet.sealed(with: bench.hash), from: one.address, sender: one.process, keyID: 1), to: 0)
        bench.wait(.zero)
        #expect(fleet.health(of: 3, at: 0) == .dead)
        fleet.run(for: .milliseconds(200))
        fleet.cut = []
        fleet.run(for: .seconds(15))
        for index in 0..<4 { #expect(fleet.health(of: 3, at: index) == .alive) }
        #expect(Set(fleet.nodes.map(\.stateRoot)).count == 1)
    }
}
