import Gossip

/// A handful of members, one virtual clock, and a network of four lines. The real simulator is elsewhere; this one is
/// to be read beside the test that uses it.
struct MiniFleet {
    struct Delivery {
        var due: UInt64
        var order: Int
        var bytes: [UInt8]
        var from: Int
        var to: MemberAddress
        var receiver: ProcessID?
    }

    var nodes: [GossipNode]
    var now = GossipInstant(nanoseconds: 0)
    var dice = GossipDice(seed: 7)
    /// Members whose process is stopped: they get nothing and do nothing.
    var frozen: Set<Int> = []
    /// Gone for good.
    var killed: Set<Int> = []
    /// From, to: datagrams that are lost.
    var cut: Set<[Int]> = []
    var streamsWork = true
    var lossPercent: UInt64 = 0
    var flipsBits = false
    /// Every action, in order, with who and when.
    var log: [(at: GossipInstant, member: Int, action: GossipNode.Action)] = []
    var sentBytes: [Int]
    private var deliveries: [Delivery] = []
    private var held: [Int: [Delivery]] = [:]
    private var counter = 0

    static func address(_ index: Int) -> MemberAddress {
        let bytes = [10, 0, UInt8(index / 250), UInt8(index % 250 + 1)]
        guard let address = MemberAddress(bytes: bytes, port: 7946) else { fatalError("four bytes are an address") }
        return address
    }

    static func card(_ index: Int, process: UInt64? = nil, epoch: UInt64 = 1_700_000_000_000) -> MemberCard {
        var dice = GossipDice(seed: UInt64(index) &+ 1000)
        return MemberCard(
            name: MemberID("proxy-\(index)"), process: ProcessID(bits: process ?? dice.next()), epoch: epoch,
            address: address(index), grpc: "10.0.0.\(index):7002", keyIDs: [1], sendingKeyID: 1)
    }

    /// - Parameter joined: whether they know each other from the start.
    init(_ count: Int, joined: Bool = true, seed: UInt64 = 1, _ change: (inout GossipConfiguration) -> Void = { _ in })
    {
        var configuration = GossipConfiguration()
        change(&configuration)
        let cards = (0..<count).map { Self.card($0) }
        let snapshot = FleetSnapshot(cards, hashKey: configuration.hashKey)
        nodes = cards.enumerated().map { index, card in
            GossipNode(
                configuration, card: card, seed: seed &* 1000 &+ UInt64(index), now: GossipInstant(nanoseconds: 0),
                knowing: joined ? snapshot : nil)
        }
        sentBytes = Array(repeating: 0, count: count)
    }

    mutating func add(_ card: MemberCard, seed: UInt64 = 99) -> Int {
        nodes.append(GossipNode(nodes[0].configuration, card: card, seed: seed, now: now))
        sentBytes.append(0)
        return nodes.count - 1
    }

    mutating func give(_ input: GossipNode.Input, to index: Int) {
        var actions: [GossipNode.Action] = []
        nodes[index].handle(input, at: now, into: &actions)
        carryOut(actions, of: index)
    }

    mutating func run(for duration: Duration) { run(until: now + duration) }

    mutating func run(until end: GossipInstant, stopWhen isDone: ((MiniFleet) -> Bool)? = nil) {
        while true {
            let timer = nodes.indices.filter { isRunning($0) }.map { (nodes[$0].nextDeadline, $0) }
                .min { ($0.0, $0.1) < ($1.0, $1.1) }
            let delivery = deliveries.indices.min {
                (deliveries[$0].due, deliveries[$0].order) < (deliveries[$1].due, deliveries[$1].order)
            }
            let deliveryAt = delivery.map { GossipInstant(nanoseconds: deliveries[$0].due) } ?? .never
            let timerAt = timer?.0 ?? .never
            let next = min(deliveryAt, timerAt)
            guard next <= end else { break }
            now = max(now, next)
            if deliveryAt <= timerAt, let delivery {
                deliver(deliveries.remove(at: delivery))
            } else if let timer {
                give(.timePassed, to: timer.1)
            }
            if let isDone, isDone(self) { return }
        }
        now = max(now, end)
    }

    func isRunning(_ index: Int) -> Bool { !frozen.contains(index) && !killed.contains(index) }

    mutating func freeze(_ index: Int) { frozen.insert(index) }

    mutating func thaw(_ index: Int) {
        frozen.remove(index)
        for delivery in held.removeValue(forKey: index) ?? [] { deliver(delivery) }
        give(.timePassed, to: index)
    }

    func stories(of index: Int) -> [GossipStory] {
        log.filter { $0.member == index }.compactMap { entry in
            if case .tell(let story) = entry.action { story } else { nil }
        }
    }

    /// What member `observer` thinks of member `subject`.
    func health(of subject: Int, at observer: Int) -> MemberHealth? {
        nodes[observer].health(of: nodes[subject].card.name)
    }

    private mutating func deliver(_ delivery: Delivery) {
        // The last to have been started there.
        guard let index = nodes.indices.last(where: { nodes[$0].card.address == delivery.to && !killed.contains($0) })
        else { return }
        if frozen.contains(index) {
            held[index, default: []].append(delivery)
            return
        }
        // What the seal does: a datagram for another process cannot be opened.
        if let receiver = delivery.receiver, receiver != nodes[index].card.process { return }
        let sender = nodes[delivery.from].card
        give(
            .datagramReceived(delivery.bytes, from: sender.address, sender: sender.process, keyID: 1), to: index)
    }

    private mutating func carryOut(_ actions: [GossipNode.Action], of index: Int) {
        for action in actions {
            log.append((now, index, action))
            switch action {
            case .send(let bytes, let to, let receiver):
                sentBytes[index] += bytes.count + 42 + 28
                transmit(bytes, from: index, to: to, receiver: receiver)
            case .pingOverStream(let card):
                let target = nodes.indices.last { nodes[$0].card.process == card.process }
                let isAlive = streamsWork && (target.map { isRunning($0) } ?? false)
                give(.streamPinged(card.process, isAlive: isAlive), to: index)
            case .repair(let card, let question): answer(question, for: index, by: card)
            case .learned, .membersChanged, .left, .tell: break
            }
        }
    }

    private mutating func transmit(_ bytes: [UInt8], from: Int, to: MemberAddress, receiver: ProcessID?) {
        let target = nodes.indices.last { nodes[$0].card.address == to } ?? -1
        guard !cut.contains([from, target]), dice.next() % 100 >= lossPercent else { return }
        counter += 1
        var bytes = bytes
        if flipsBits, dice.next() % 4 == 0, !bytes.isEmpty {
            bytes[Int(dice.next() % UInt64(bytes.count))] ^= 1 << UInt8(dice.next() % 8)
        }
        let delay = 300_000 + dice.next() % 700_000
        deliveries.append(
            Delivery(
                due: now.nanoseconds + delay, order: counter, bytes: bytes, from: from, to: to, receiver: receiver))
    }

    private mutating func answer(_ question: RepairQuestion, for asker: Int, by card: MemberCard) {
        let target = nodes.indices.last { nodes[$0].card.process == card.process }
        guard let target, isRunning(target), streamsWork else {
            give(.repairFailed(card.name), to: asker)
            return
        }
        // As the wire has it, so that every test is one of the encoding too.
        guard let sent = try? RepairQuestion(decoding: question.encoded) else { return }
        var actions: [GossipNode.Action] = []
        let answer = nodes[target].answer(sent, at: now, into: &actions)
        carryOut(actions, of: target)
        guard let heard = try? RepairAnswer(decoding: answer.encoded) else { return }
        give(.repairAnswered(card.name, heard), to: asker)
    }
}

/// The endpoint of a name that a test has written out.
func named(_ text: String) -> EndpointName {
    guard let name = EndpointName(text) else { fatalError("\(text) names no endpoint") }
    return name
}
