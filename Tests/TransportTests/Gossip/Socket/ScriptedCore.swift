import Gossip
import Transport

/// A core that greets, answers and remembers, to test a socket without a protocol.
struct ScriptedCore: GossipCore {
    struct Heard: Equatable, Sendable {
        var text: String
        var sender: ProcessID
        var keyID: UInt8
    }

    var card: MemberCard
    var nextDeadline = GossipInstant.never
    private(set) var heard: [Heard] = []
    private(set) var inputs: [String] = []
    /// Whoever has greeted or welcomed.
    private(set) var peers: [ProcessID: MemberAddress] = [:]
    private var isLeaving = false
    private let leaveDelay: Duration

    init(process: UInt64, address: MemberAddress, leaveDelay: Duration) {
        self.leaveDelay = leaveDelay
        card = MemberCard(
            name: MemberID("member-\(process)"), process: ProcessID(bits: process), epoch: 1, address: address, grpc: ""
        )
    }

    mutating func handle(
        _ input: GossipNode.Input, at now: GossipInstant, into actions: inout [GossipNode.Action]
    ) {
        switch input {
        case .addressesFound(let addresses):
            for address in addresses { actions.append(.send(Array("hello".utf8), to: address, receiver: nil)) }
        case .datagramReceived(let bytes, let address, let sender, let keyID):
            let text = String(decoding: bytes, as: UTF8.self)
            heard.append(Heard(text: text, sender: sender, keyID: keyID))
            peers[sender] = address
            if text == "hello" { actions.append(.send(Array("welcome".utf8), to: address, receiver: sender)) }
            if text == "welcome" { actions.append(.membersChanged) }
        case .published(let fact):
            for peer in peers.keys.sorted() {
                guard let address = peers[peer], case .secrets(let secrets) = fact else { continue }
                actions.append(.send(Array("fact \(secrets.revision)".utf8), to: address, receiver: peer))
            }
            actions.append(.learned(fact))
        case .leaveWanted:
            isLeaving = true
            nextDeadline = now + leaveDelay
        case .timePassed:
            inputs.append("timePassed")
            nextDeadline = .never
            if isLeaving { actions.append(.left) }
        case .keysChanged(let ids, let sending): inputs.append("keysChanged \(ids) \(sending)")
        case .resyncWanted: nextDeadline = now + .milliseconds(5)
        case .drainBegan: Self.spin(for: 20_000_000)
        case .streamPinged, .repairAnswered, .repairFailed, .membersHeard: inputs.append("other")
        }
    }

    mutating func answer(
        _ question: RepairQuestion, at now: GossipInstant, into actions: inout [GossipNode.Action]
    ) -> RepairAnswer {
        actions.append(.membersChanged)
        return .differing([7])
    }

    /// Keeps the loop busy, as a core should never do.
    private static func spin(for nanoseconds: Int64) {
        let end = ContinuousClock.now + .nanoseconds(nanoseconds)
        while ContinuousClock.now < end {}
    }
}
