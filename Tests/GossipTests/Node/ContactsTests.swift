import Testing

@testable import Gossip

/// facts/gossip.md §7: discovery, lone members, leaving.
struct ContactsTests {
    private let me = MiniFleet.card(0)

    private func hellos(_ bench: NodeBench, in actions: [GossipNode.Action]) -> [MemberAddress] {
        actions.compactMap { action in
            guard case .send(_, let to, let receiver) = action, receiver == nil else { return nil }
            return to
        }
    }

    @Test func `strangers are greeted three at a time, more slowly, and for ever`() {
        var bench = NodeBench(others: 0)
        let addresses = (1...20).map { MiniFleet.address($0) }
        let first = hellos(bench, in: bench.give(.addressesFound(addresses + [me.address] + addresses)))
        #expect(first.count == 3 && Set(first).count == 3 && !first.contains(me.address))
        let early = hellos(bench, in: bench.wait(.seconds(2)))
        #expect((6...15).contains(early.count))
        let later = hellos(bench, in: bench.wait(.seconds(60)))
        #expect((30...54).contains(later.count))
        #expect(Set(later).count > 15)
    }

    @Test func `members that are known are not greeted, the dead among them are`() {
        var bench = NodeBench(others: 3)
        let all = (1...3).map { MiniFleet.address($0) }
        #expect(bench.give(.addressesFound(all)).isEmpty)
        bench.hear(
            .dead(MiniFleet.card(1).process, incarnation: 1, accuser: MiniFleet.card(2).process),
            from: MiniFleet.card(2))
        #expect(hellos(bench, in: bench.give(.addressesFound(all))) == [MiniFleet.address(1)])
    }

    @Test func `greeting ends when the stranger is known`() {
        var bench = NodeBench(others: 0)
        bench.give(.addressesFound([MiniFleet.address(1)]))
        let actions = bench.hear([.welcome(MiniFleet.card(1))], from: MiniFleet.card(1))
        #expect(actions.contains(.repair(MiniFleet.card(1), .everything(fromBucket: 0))))
        #expect(actions.contains(.membersChanged))
        #expect(bench.stories(in: actions).contains(.notAlone))
        #expect(hellos(bench, in: bench.wait(.seconds(2))).isEmpty)
    }

    @Test func `who greets is welcomed and passed on`() {
        var bench = NodeBench(others: 5)
        let stranger = MiniFleet.card(9)
        let actions = bench.hear([.hello(stranger)], from: stranger)
        #expect(bench.parts(in: actions, to: stranger.address).contains(.welcome(me)))
        #expect(bench.receivers(of: .alive(stranger), in: actions).count == 5)
    }

    @Test func `only so many addresses are remembered`() {
        var bench = NodeBench(others: 0) { $0.contactLimit = 10 }
        bench.give(.addressesFound((1...200).map { MiniFleet.address($0) }))
        #expect(bench.node.contacts.count == 10)
    }

    @Test func `a fresh member is not synced before anybody answered or three rounds went by`() {
        var configuration = GossipConfiguration()
        configuration.contactRetryMinimum = .milliseconds(200)
        var node = GossipNode(configuration, card: me, seed: 1, now: GossipInstant(nanoseconds: 0))
        #expect(node.isSynced, "nobody to ask")
        var actions: [GossipNode.Action] = []
        node.handle(.addressesFound([MiniFleet.address(1)]), at: GossipInstant(nanoseconds: 0), into: &actions)
        #expect(!node.isSynced)
        while node.nextDeadline < GossipInstant(nanoseconds: 3_000_000_000) {
            node.handle(.timePassed, at: node.nextDeadline, into: &actions)
        }
        #expect(node.isSynced, "a lone proxy serves")
        #expect(node.isAlone)
    }

    @Test func `equal roots are as good as a first sync`() {
        var fleet = MiniFleet(2, joined: false)
        fleet.streamsWork = false
        fleet.give(.addressesFound([MiniFleet.address(1)]), to: 0)
        fleet.run(for: .seconds(3))
        for node in fleet.nodes { #expect(node.isSynced && node.counters.repairsCompleted == 0) }
    }

    // MARK: - Myself

    @Test func `draining and new keys raise the incarnation and are told at once`() {
        var bench = NodeBench(others: 10)
        let drained = bench.give(.drainBegan)
        #expect(bench.node.card.isDraining && bench.node.card.incarnation == 2)
        #expect(bench.receivers(of: .alive(bench.node.card), in: drained).count == 10)
        #expect(bench.give(.drainBegan).isEmpty, "once")
        let keyed = bench.give(.keysChanged(keyIDs: [3, 2], sending: 3))
        #expect(bench.node.card.keyIDs == [2, 3] && bench.node.card.sendingKeyID == 3)
        #expect(bench.node.card.incarnation == 3)
        #expect(bench.receivers(of: .alive(bench.node.card), in: keyed).count == 10)
        #expect(bench.give(.keysChanged(keyIDs: [2, 3], sending: 3)).isEmpty, "nothing new")
    }

    @Test func `a leave is told, and probes are answered for a second more`() {
        var bench = NodeBench(others: 10)
        let one = MiniFleet.card(1)
        let actions = bench.give(.leaveWanted)
        #expect(bench.receivers(of: .dead(me.process, incarnation: 1, accuser: me.process), in: actions).count == 10)
        #expect(!bench.node.wakeCandidates.contains(me.name))
        #expect(!bench.wait(.milliseconds(999)).contains(.left))
        let ping = GossipPart.ping(sequence: 1, target: me.process, round: 0, root: bench.node.stateRoot)
        #expect(bench.parts(in: bench.hear([ping], from: one), to: one.address).count == 1)
        #expect(bench.wait(.milliseconds(2)).contains(.left))
        #expect(bench.give(.leaveWanted).isEmpty, "once")
    }

    @Test func `a predecessor's epoch is outdone`() {
        var bench = NodeBench(others: 3)
        bench.hear([.predecessor(epoch: me.epoch - 1)], from: MiniFleet.card(1))
        #expect(bench.node.card.epoch == me.epoch)
        bench.hear([.predecessor(epoch: me.epoch + 7)], from: MiniFleet.card(1))
        #expect(bench.node.card.epoch == me.epoch + 8)
        #expect(bench.node.card.incarnation == 2)
        bench.hear([.predecessor(epoch: .max)], from: MiniFleet.card(1))
        #expect(bench.node.card.epoch == me.epoch + 8)
    }

    // MARK: - Reports and configuration

    @Test func `reports say who is what`() {
        var bench = NodeBench(others: 3)
        bench.hear(
            .dead(MiniFleet.card(2).process, incarnation: 1, accuser: MiniFleet.card(2).process),
            from: MiniFleet.card(1))
        bench.hear(
            .suspect(MiniFleet.card(3).process, incarnation: 1, accuser: MiniFleet.card(2).process),
            from: MiniFleet.card(1))
        let reports = bench.node.members
        #expect(reports.map(\.card.name.name) == ["proxy-0", "proxy-1", "proxy-2", "proxy-3"])
        #expect(reports.map(\.health) == [.alive, .alive, .left, .suspect])
        #expect(reports.map(\.isMe) == [true, false, false, false])
        let counters = bench.node.counters
        #expect(counters.membersAlive == 2 && counters.membersSuspect == 1 && counters.membersLeft == 1)
        #expect(bench.node.wakeCandidates.map(\.name) == ["proxy-0", "proxy-1", "proxy-3"])
    }

    @Test func `a configuration out of range names its field`() throws {
        _ = try GossipConfiguration().validated()
        var bad = GossipConfiguration()
        bad.probeInterval = .milliseconds(10)
        #expect(throws: GossipConfiguration.Invalid(field: "probeInterval", reason: "100 ms to 60 s")) {
            try bad.validated()
        }
    }

    @Test func `a datagram that is not understood changes nothing but a counter`() {
        var bench = NodeBench(others: 3)
        let one = MiniFleet.card(1)
        let root = bench.node.stateRoot
        var dice = GossipDice(seed: 4)
        for _ in 0..<2000 {
            let bytes = (0..<dice.below(200)).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
            let actions = bench.give(
                .datagramReceived(bytes, from: one.address, sender: one.process, keyID: 1))
            #expect(actions.count <= 1)
        }
        #expect(bench.node.counters.datagramsMalformed == 2000)
        #expect(bench.node.members.count == 4 && bench.node.stateRoot == root)
        #expect(bench.stories(in: bench.actions).count == 1, "one line a second")
    }
}
