@testable import Gossip

/// One member on the bench: datagrams in by hand, parts out to look at.
struct NodeBench {
    var node: GossipNode
    var now = GossipInstant(nanoseconds: 1_000_000_000)
    var actions: [GossipNode.Action] = []
    let hash: KeyedHash

    /// - Parameter others: how many it knows already; they are the cards 1, 2, …; it is 0 itself.
    init(others: Int, _ change: (inout GossipConfiguration) -> Void = { _ in }) {
        var configuration = GossipConfiguration()
        change(&configuration)
        hash = KeyedHash(key: configuration.hashKey)
        let cards = (0...others).map { MiniFleet.card($0) }
        let snapshot = others > 0 ? FleetSnapshot(cards, hashKey: configuration.hashKey) : nil
        node = GossipNode(configuration, card: MiniFleet.card(0), seed: 5, now: now, knowing: snapshot)
    }

    /// What it answered to this input.
    @discardableResult
    mutating func give(_ input: GossipNode.Input) -> [GossipNode.Action] {
        var new: [GossipNode.Action] = []
        node.handle(input, at: now, into: &new)
        actions += new
        return new
    }

    @discardableResult
    mutating func hear(_ parts: [GossipPart], from card: MemberCard) -> [GossipNode.Action] {
        var packet = GossipPacket(budget: 1158)
        for part in parts { packet.append(part) }
        return give(
            .datagramReceived(packet.sealed(with: hash), from: card.address, sender: card.process, keyID: 1))
    }

    @discardableResult
    mutating func hear(_ news: News, from card: MemberCard, age: UInt64 = 0) -> [GossipNode.Action] {
        hear([.news(age: age, body: news.body[...])], from: card)
    }

    /// Lets time pass, deadline by deadline.
    @discardableResult
    mutating func wait(_ duration: Duration) -> [GossipNode.Action] {
        let end = now + duration
        var new: [GossipNode.Action] = []
        while node.nextDeadline <= end {
            now = max(now, node.nextDeadline)
            new += give(.timePassed)
        }
        now = end
        return new
    }

    /// The parts sent to this address.
    func parts(in actions: [GossipNode.Action], to address: MemberAddress? = nil) -> [GossipPart] {
        actions.flatMap { action -> [GossipPart] in
            guard case .send(let bytes, let to, _) = action, address == nil || to == address else { return [] }
            return (try? GossipPacket.parts(of: bytes, hash: hash, limit: 1158)) ?? []
        }
    }

    func news(in actions: [GossipNode.Action], to address: MemberAddress? = nil) -> [News] {
        parts(in: actions, to: address).compactMap { part in
            switch part {
            case .news(_, let body), .newsToAll(_, let body): try? News(body: body)
            default: nil
            }
        }
    }

    /// Where news went.
    func receivers(of news: News, in actions: [GossipNode.Action]) -> [MemberAddress] {
        actions.compactMap { action in
            guard case .send(_, let to, _) = action, self.news(in: [action]).contains(news) else { return nil }
            return to
        }
    }

    func stories(in actions: [GossipNode.Action]) -> [GossipStory] {
        actions.compactMap { if case .tell(let story) = $0 { story } else { nil } }
    }

    func health(of card: MemberCard) -> MemberHealth? { node.health(of: card.name) }
}

extension MemberCard {
    func saying(_ incarnation: UInt64) -> MemberCard {
        var card = self
        card.incarnation = incarnation
        return card
    }
}
