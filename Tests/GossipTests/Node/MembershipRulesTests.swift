import Testing

@testable import Gossip

/// facts/gossip.md §1.3 at the face of a member, each known bug of others included.
struct MembershipRulesTests {
    private let me = MiniFleet.card(0)
    private let one = MiniFleet.card(1)
    private let two = MiniFleet.card(2)
    private let three = MiniFleet.card(3)

    // MARK: - Refutation

    @Test(arguments: [1, 5, 900] as [UInt64]) func `an accusation is refuted with a higher incarnation`(
        incarnation: UInt64
    ) {
        var bench = NodeBench(others: 5)
        let actions = bench.hear(.suspect(me.process, incarnation: incarnation, accuser: one.process), from: two)
        let refutation = News.alive(bench.node.card)
        #expect(bench.node.card.incarnation == incarnation + 1)
        #expect(bench.news(in: actions, to: two.address).contains(refutation), "he who brought it hears first")
        #expect(bench.receivers(of: refutation, in: actions).count >= 5)
        #expect(bench.node.counters.refutations == 1)
        #expect(bench.node.counters.localHealth == 1)
        #expect(
            bench.stories(in: actions).contains(.refuted(incarnation: incarnation + 1, accuser: one.name, of: .suspect))
        )
    }

    @Test func `an old accusation raises nothing, but is answered each time`() {
        var bench = NodeBench(others: 5)
        let news = News.dead(me.process, incarnation: 1, accuser: one.process)
        bench.hear(news, from: two)
        #expect(bench.node.card.incarnation == 2)
        for _ in 0..<3 {
            let actions = bench.hear(news, from: three)
            #expect(bench.news(in: actions, to: three.address) == [.alive(bench.node.card)])
        }
        #expect(bench.node.card.incarnation == 2)
    }

    /// memberlist #358: suspect with 2^32-1 overflowed the refutation to 0 and evicted the node for good.
    @Test(arguments: [UInt64.max, UInt64.max - 1, 1002, 0xffff_ffff] as [UInt64])
    func `no incarnation is so high that it evicts`(
        told: UInt64
    ) {
        var bench = NodeBench(others: 5)
        let actions = bench.hear(.suspect(me.process, incarnation: told, accuser: one.process), from: two)
        #expect(bench.node.card.incarnation == 1)
        #expect(bench.node.counters.implausible == 1)
        #expect(bench.stories(in: actions).contains { if case .implausible = $0 { true } else { false } })
        bench.hear(.dead(one.process, incarnation: told, accuser: two.process), from: two)
        #expect(bench.health(of: one) == .alive)
    }

    @Test func `whoever leaves does not object`() {
        var bench = NodeBench(others: 5)
        bench.give(.leaveWanted)
        bench.hear(.dead(me.process, incarnation: 1, accuser: me.process), from: two)
        #expect(bench.node.card.incarnation == 1)
    }

    /// A quick restart with the process id of the predecessor, or a forger.
    @Test func `a card of mine with other content is refuted`() {
        var bench = NodeBench(others: 5)
        var forged = me
        forged.grpc = "elsewhere:1"
        bench.hear(.alive(forged), from: two)
        #expect(bench.node.card.incarnation == 2)
        #expect(bench.node.card.grpc == me.grpc)
    }

    // MARK: - Precedence, seen from outside

    @Test func `a suspect that speaks up in time stays`() {
        var bench = NodeBench(others: 5)
        bench.hear(.suspect(one.process, incarnation: 1, accuser: two.process), from: two)
        #expect(bench.health(of: one) == .suspect)
        bench.hear(.alive(one), from: two)
        #expect(bench.health(of: one) == .suspect, "its old word does not help")
        bench.hear(.alive(one.saying(2)), from: two)
        #expect(bench.health(of: one) == .alive)
        #expect(bench.node.card(of: one.name)?.incarnation == 2)
    }

    @Test func `a suspect that does not dies, and everybody is told, itself too`() {
        var bench = NodeBench(others: 5)
        bench.hear(.suspect(one.process, incarnation: 1, accuser: two.process), from: two)
        bench.hear(.suspect(one.process, incarnation: 1, accuser: three.process), from: three)
        bench.hear(.suspect(one.process, incarnation: 1, accuser: MiniFleet.card(4).process), from: three)
        let actions = bench.wait(.seconds(3))
        #expect(bench.health(of: one) == .dead)
        let verdict = News.dead(one.process, incarnation: 1, accuser: me.process)
        #expect(bench.receivers(of: verdict, in: actions).contains(one.address))
        #expect(bench.receivers(of: verdict, in: actions).contains(two.address))
    }

    /// memberlist, found in a port in 2026: dead(10) about one already dead did not raise the stored incarnation, so
    /// that a delayed alive(2) resurrected it.
    @Test func `all evidence counts for the incarnation of the dead`() {
        var bench = NodeBench(others: 5)
        bench.hear(.dead(one.process, incarnation: 1, accuser: two.process), from: two)
        bench.hear(.dead(one.process, incarnation: 10, accuser: two.process), from: two)
        bench.hear(.alive(one.saying(2)), from: two)
        bench.hear(.alive(one.saying(10)), from: two)
        #expect(bench.health(of: one) == .dead)
        bench.hear(.suspect(one.process, incarnation: 12, accuser: two.process), from: two)
        bench.hear(.alive(one.saying(12)), from: two)
        #expect(bench.health(of: one) == .dead)
        bench.hear(.alive(one.saying(13)), from: two)
        #expect(bench.health(of: one) == .alive)
    }

    @Test func `one who has left stays left, whoever calls it dead`() {
        var bench = NodeBench(others: 5)
        bench.hear(.dead(one.process, incarnation: 1, accuser: one.process), from: two)
        bench.hear(.dead(one.process, incarnation: 3, accuser: two.process), from: two)
        #expect(bench.health(of: one) == .left)
        #expect(bench.node.counters.deaths == 0)
    }

    @Test func `one who has left and comes back anew has not died`() {
        var bench = NodeBench(others: 5)
        bench.hear(.dead(one.process, incarnation: 1, accuser: one.process), from: two)
        bench.hear(.alive(MiniFleet.card(1, process: 77, epoch: one.epoch + 1)), from: two)
        #expect(bench.health(of: one) == .alive)
        #expect(bench.node.counters.deaths == 0)
    }

    @Test func `a death heard before the introduction keeps the late introduction out`() {
        var bench = NodeBench(others: 2)
        let stranger = MiniFleet.card(7)
        bench.hear(.dead(stranger.process, incarnation: 4, accuser: two.process), from: two)
        bench.hear(.alive(stranger.saying(4)), from: two)
        #expect(bench.health(of: stranger) == nil)
        bench.hear(.alive(stranger.saying(5)), from: two)
        #expect(bench.health(of: stranger) == .alive)
    }

    // MARK: - Processes, names, addresses

    /// memberlist #311: incarnations restart with the process while others hold dead(100).
    @Test func `a new process starts from nothing, whatever was said of the old one`() {
        var bench = NodeBench(others: 5)
        bench.hear(.dead(one.process, incarnation: 900, accuser: two.process), from: two)
        let restarted = MiniFleet.card(1, process: 77, epoch: one.epoch + 1)
        let actions = bench.hear(.alive(restarted), from: two)
        #expect(bench.health(of: one) == .alive)
        #expect(bench.node.card(of: one.name) == restarted)
        #expect(bench.receivers(of: .alive(restarted), in: actions).count >= 4)
        bench.hear(.dead(one.process, incarnation: 901, accuser: two.process), from: two)
        bench.hear(.alive(one.saying(950)), from: two)
        #expect(bench.node.card(of: one.name)?.process == restarted.process, "nobody speaks for the old process")
    }

    @Test func `a later process of a live name replaces it at once`() {
        var bench = NodeBench(others: 5)
        let restarted = MiniFleet.card(1, process: 77, epoch: one.epoch + 1)
        let stories = bench.stories(in: bench.hear(.alive(restarted), from: two))
        #expect(stories.contains(.memberReplaced(one.name, old: one.process, new: restarted.process)))
        #expect(bench.node.members.count == 6)
        let earlier = MiniFleet.card(1, process: 78, epoch: one.epoch - 1)
        bench.hear([.hello(earlier)], from: earlier)
        #expect(bench.node.card(of: one.name)?.process == restarted.process)
    }

    /// Its clock was set back; it was replaced by hearsay of its predecessor, and has raised its epoch since.
    @Test func `a process that was replaced comes back with a later epoch`() {
        var bench = NodeBench(others: 3)
        let predecessor = MiniFleet.card(1, process: 77, epoch: one.epoch + 1)
        bench.hear(.alive(predecessor), from: two)
        var raised = one.saying(2)
        raised.epoch = one.epoch + 2
        bench.hear(.alive(raised), from: two)
        #expect(bench.node.card(of: one.name) == raised)
        #expect(bench.health(of: one) == .alive)
    }

    @Test func `an address has one tenant, the later one`() {
        var bench = NodeBench(others: 5)
        var tenant = MiniFleet.card(9, process: 77, epoch: one.epoch + 1)
        tenant.address = one.address
        bench.hear(.alive(tenant), from: two)
        #expect(bench.health(of: one) == .dead)
        #expect(bench.health(of: tenant) == .alive)
        var former = MiniFleet.card(10, process: 78, epoch: one.epoch - 1)
        former.address = one.address
        bench.hear(.alive(former), from: two)
        #expect(bench.health(of: former) == nil)
    }

    @Test func `a ping for another process is not answered`() {
        var bench = NodeBench(others: 5)
        let ping = GossipPart.ping(sequence: 1, target: ProcessID(bits: 1), round: 0, root: 0)
        #expect(bench.hear([ping], from: one).isEmpty)
        #expect(bench.node.counters.probesMisaddressed == 1)
    }

    @Test func `my own datagram coming back is nothing`() {
        var bench = NodeBench(others: 5)
        #expect(bench.hear([.hello(me)], from: me).isEmpty)
    }

    @Test func `two with one name: it is said once`() {
        var bench = NodeBench(others: 2)
        let other = MiniFleet.card(0, process: 1, epoch: me.epoch + 5)
        var stories = bench.stories(in: bench.hear(.alive(other), from: two))
        stories += bench.stories(in: bench.hear([.hello(other)], from: other))
        #expect(stories == [.nameTaken(by: other.process, address: other.address)])
    }

    // MARK: - Strangers and the dead

    @Test func `a stranger's ping is answered with a question, and the answer introduces it`() {
        var bench = NodeBench(others: 2)
        let stranger = MiniFleet.card(7)
        let ping = GossipPart.ping(sequence: 4, target: me.process, round: 0, root: 0)
        let parts = bench.parts(in: bench.hear([ping], from: stranger), to: stranger.address)
        #expect(parts.contains(.whoAreYou))
        #expect(bench.health(of: stranger) == nil)
        bench.hear([.welcome(stranger)], from: stranger)
        #expect(bench.health(of: stranger) == .alive)
    }

    @Test func `nobody introduces another as himself`() {
        var bench = NodeBench(others: 2)
        bench.hear([.hello(MiniFleet.card(7))], from: one)
        #expect(bench.health(of: MiniFleet.card(7)) == nil)
        #expect(bench.node.counters.implausible == 1)
    }

    @Test func `one that is dead here is told so, and not too often`() {
        var bench = NodeBench(others: 5)
        bench.hear(.dead(one.process, incarnation: 3, accuser: two.process), from: two)
        let ping = GossipPart.ping(sequence: 4, target: me.process, round: 0, root: 0)
        let first = bench.news(in: bench.hear([ping], from: one), to: one.address)
        #expect(first == [.dead(one.process, incarnation: 3, accuser: me.process)])
        #expect(bench.news(in: bench.hear([ping], from: one)).isEmpty)
        bench.now = bench.now + .milliseconds(501)
        #expect(bench.news(in: bench.hear([ping], from: one)).count == 1)
    }

    @Test func `the dead are tried again and the departed are not`() {
        var bench = NodeBench(others: 2)
        bench.hear(.dead(one.process, incarnation: 1, accuser: two.process), from: two)
        bench.hear(.dead(two.process, incarnation: 1, accuser: two.process), from: two)
        let actions = bench.wait(.seconds(120))
        let hellos = { (address: MemberAddress) in
            bench.parts(in: actions, to: address).count { if case .hello = $0 { true } else { false } }
        }
        #expect((9...14).contains(hellos(one.address)))
        #expect(hellos(two.address) == 0)
        for case .send(_, let to, let receiver) in actions where to == one.address {
            #expect(receiver == nil, "whoever lives there now may answer")
        }
    }

    @Test func `a tombstone is forgotten after its time and not before`() {
        var bench = NodeBench(others: 2)
        bench.hear(.dead(one.process, incarnation: 1, accuser: one.process), from: two)
        bench.hear(.dead(two.process, incarnation: 1, accuser: two.process), from: two)
        bench.wait(.seconds(23 * 3600))
        #expect(bench.health(of: one) == .left)
        bench.wait(.seconds(2 * 3600))
        #expect(bench.health(of: one) == nil)
        #expect(bench.node.members.count == 1)
    }

    // MARK: - Plausibility

    @Test func `hearsay may not say too much, the member itself may`() {
        var bench = NodeBench(others: 3)
        bench.hear(.alive(one.saying(1002)), from: two)
        #expect(bench.node.card(of: one.name)?.incarnation == 1)
        bench.hear(.alive(one.saying(1001)), from: two)
        #expect(bench.node.card(of: one.name)?.incarnation == 1001)
        bench.give(.membersHeard([one.saying(1 << 40)]))
        #expect(bench.node.card(of: one.name)?.incarnation == 1 << 40)
    }

    @Test func `a start in the far future is believed from the member alone`() {
        var bench = NodeBench(others: 3)
        let future = MiniFleet.card(7, epoch: me.epoch + 400_000)
        bench.hear(.alive(future), from: two)
        #expect(bench.health(of: future) == nil)
        #expect(bench.node.counters.implausible == 1)
        bench.hear([.hello(future)], from: future)
        #expect(bench.health(of: future) == .alive)
    }

    @Test func `there are only so many members`() {
        var bench = NodeBench(others: 3) { $0.memberLimit = 5 }
        for index in 10..<20 { bench.hear(.alive(MiniFleet.card(index)), from: one) }
        #expect(bench.node.members.count == 5)
        #expect(bench.node.counters.membersRefused == 9)
    }
}
