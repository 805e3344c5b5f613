import Testing

@testable import Gossip

/// SWIM §3.1 and §4.1, Lifeguard §IV.
struct ProbingTests {
    private let me = MiniFleet.card(0)
    private let one = MiniFleet.card(1)

    private func pings(_ bench: NodeBench, in actions: [GossipNode.Action]) -> [(sequence: UInt32, to: MemberAddress)] {
        actions.compactMap { action in
            guard case .send(_, let to, _) = action,
                case .ping(let sequence, _, _, _)? = bench.parts(in: [action]).first
            else { return nil }
            return (sequence, to)
        }
    }

    private func requests(_ bench: NodeBench, in actions: [GossipNode.Action]) -> [MemberAddress] {
        actions.compactMap { action in
            guard case .send(_, let to, _) = action, case .pingRequest? = bench.parts(in: [action]).first else {
                return nil
            }
            return to
        }
    }

    @Test func `each other member is probed once in a pass`() {
        var bench = NodeBench(others: 9)
        var probed: [MemberAddress] = []
        for _ in 0..<9 {
            let sent = pings(bench, in: bench.wait(.milliseconds(500)))
            for (sequence, to) in sent {
                probed.append(to)
                let card = (1...9).map { MiniFleet.card($0) }.first { $0.address == to }
                if let card { bench.hear([.ack(sequence: sequence, root: bench.node.stateRoot)], from: card) }
            }
        }
        #expect(Set(probed).count == 9)
        #expect(probed.count == 9)
    }

    @Test func `an unanswered probe asks three others and the stream, then suspects`() throws {
        var bench = NodeBench(others: 9)
        let first = bench.wait(.milliseconds(500))
        let (_, to) = try #require(pings(bench, in: first).first)
        let target = try #require((1...9).map { MiniFleet.card($0) }.first { $0.address == to })
        let later = first + bench.wait(.milliseconds(450))
        let helpers = requests(bench, in: later)
        #expect(Set(helpers).count == 3 && !helpers.contains(to) && !helpers.contains(me.address))
        #expect(later.contains(.pingOverStream(target)))
        #expect(bench.health(of: target) == .suspect)
        let news = News.suspect(target.process, incarnation: 1, accuser: me.process)
        #expect(bench.receivers(of: news, in: later).contains(to), "the suspect hears of it")
        #expect(bench.node.counters.localHealth == 3, "three helpers, no nack")
    }

    @Test(arguments: ["vouch", "stream", "late ack"]) func `any answer in time saves it`(way: String) throws {
        var bench = NodeBench(others: 9)
        var actions: [GossipNode.Action] = []
        while requests(bench, in: actions).isEmpty { actions += bench.wait(.milliseconds(10)) }
        let (sequence, to) = try #require(pings(bench, in: actions).first)
        let cards = (1...9).map { MiniFleet.card($0) }
        let target = try #require(cards.first { $0.address == to })
        let helper = try #require(cards.first { $0.address == requests(bench, in: actions)[0] })
        let bystander = try #require(
            cards.first {
                ![to, helper.address].contains($0.address) && !requests(bench, in: actions).contains($0.address)
            })
        bench.hear([.vouch(sequence: sequence)], from: bystander)
        bench.hear([.ack(sequence: sequence, root: 0)], from: bystander)
        switch way {
        case "vouch": bench.hear([.vouch(sequence: sequence)], from: helper)
        case "stream": bench.give(.streamPinged(target.process, isAlive: true))
        default: bench.hear([.ack(sequence: sequence, root: bench.node.stateRoot)], from: target)
        }
        bench.wait(.milliseconds(350))
        #expect(bench.health(of: target) == .alive)
        #expect(bench.node.members.first { $0.card == target }?.reachedByStreamOnly == (way == "stream"))
    }

    @Test func `a helper vouches, or says that it got no answer either`() throws {
        var bench = NodeBench(others: 5)
        let two = MiniFleet.card(2)
        let request = GossipPart.pingRequest(sequence: 700, target: two.process, patience: 100)
        for isAnswered in [true, false] {
            let asked = bench.hear([request], from: one)
            let (sequence, to) = try #require(pings(bench, in: asked).first)
            #expect(to == two.address)
            if isAnswered {
                let answered = bench.hear([.ack(sequence: sequence, root: bench.node.stateRoot)], from: two)
                #expect(bench.parts(in: answered, to: one.address) == [.vouch(sequence: 700)])
            } else {
                let waited = bench.wait(.milliseconds(101))
                #expect(bench.parts(in: waited, to: one.address).contains(.nack(sequence: 700)))
            }
        }
    }

    /// Nobody makes a member send datagrams to where he likes.
    @Test func `only known members are probed for others, and only for members`() {
        var bench = NodeBench(others: 2)
        let stranger = MiniFleet.card(8)
        let forStranger = GossipPart.pingRequest(sequence: 1, target: stranger.process, patience: 100)
        let byStranger = GossipPart.pingRequest(sequence: 1, target: one.process, patience: 100)
        let forMe = GossipPart.pingRequest(sequence: 1, target: me.process, patience: 100)
        #expect(bench.hear([forStranger], from: one).isEmpty)
        #expect(bench.hear([byStranger], from: stranger).isEmpty)
        #expect(bench.hear([forMe], from: one).isEmpty)
        #expect(bench.node.counters.indirectProbesRefused == 3)
    }

    @Test func `a ping to a suspect begins with the suspicion`() throws {
        var bench = NodeBench(others: 1)
        let accuser = MiniFleet.card(5)
        bench.hear(.suspect(one.process, incarnation: 1, accuser: accuser.process), from: one)
        let actions = bench.wait(.milliseconds(500))
        let packet = try #require(
            actions.first { action in
                bench.parts(in: [action]).contains { if case .ping = $0 { true } else { false } }
            })
        #expect(bench.news(in: [packet]) == [.suspect(one.process, incarnation: 1, accuser: accuser.process)])
        guard case .news? = bench.parts(in: [packet]).first else {
            Issue.record("the ping came before the suspicion")
            return
        }
    }

    @Test func `the first confirmations are passed on, later ones are not`() {
        var bench = NodeBench(others: 9)
        let passedOn = (2...6).map { index in
            let news = News.suspect(one.process, incarnation: 1, accuser: MiniFleet.card(index).process)
            let actions = bench.hear(news, from: MiniFleet.card(9))
            return !bench.receivers(of: news, in: actions).isEmpty
        }
        #expect(passedOn == [true, true, true, false, false], "the accusation and K = 2 confirmations")
    }

    @Test func `who is behind in the round catches up and nobody falls back`() {
        var bench = NodeBench(others: 5)
        bench.hear([.ping(sequence: 1, target: me.process, round: 100, root: 0)], from: one)
        #expect(bench.node.round == 99, "its next probe is of round 100")
        bench.hear([.ping(sequence: 1, target: me.process, round: 50, root: 0)], from: one)
        #expect(bench.node.round == 99)
    }

    /// facts/gossip.md §3.5.
    @Test func `after standing still no suspicion expires and trust in itself is lower`() {
        var bench = NodeBench(others: 5)
        bench.hear(.suspect(one.process, incarnation: 1, accuser: MiniFleet.card(2).process), from: one)
        bench.now = bench.now + .seconds(120)
        let actions = bench.give(.timePassed)
        #expect(bench.health(of: one) == .suspect)
        #expect(bench.node.counters.pauses == 1)
        #expect(bench.node.counters.localHealth == 1)
        #expect(bench.stories(in: actions).contains { if case .paused = $0 { true } else { false } })
        bench.now = bench.now + .milliseconds(1)
        bench.give(.timePassed)
        #expect(bench.node.counters.pauses == 1, "one pause is one")
        bench.wait(.seconds(40))
        #expect(bench.health(of: one) == .dead, "it is postponed, not forgotten")
    }

    @Test func `what waits in the socket after a pause is not another pause`() {
        var bench = NodeBench(others: 5)
        bench.now = bench.now + .seconds(60)
        for _ in 0..<10 { bench.hear([.whoAreYou], from: one) }
        bench.give(.timePassed)
        #expect(bench.node.counters.pauses == 1)
    }
}
