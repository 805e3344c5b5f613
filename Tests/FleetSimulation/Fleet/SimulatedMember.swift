package import Gossip

/// One proxy's host: its clocks, its receive buffer, and the process that runs there, if one does.
package struct SimulatedMember {
    /// Datagrams that a stopped process's socket holds: 208 KiB, as the kernel counts them (facts: Linux's default).
    package static let receiveBufferLimit = 90

    package let host: Int
    package let name: MemberID
    /// Number in the address book.
    package var address: Int
    package var clock: HostClock
    /// `nil` while nothing runs here.
    package var node: RunningNode?
    package var process = ProcessID(bits: 0)
    /// Goes up with every start and every end of a process: what was meant for an earlier life is dropped.
    package var life = 0
    package var epoch: UInt64 = 0
    /// The next process has the id of the last one, as if its dice had been seeded alike.
    package var keepsProcessID = false
    package var isDraining = false
    package var isLeaving = false

    package var timerToken: UInt64 = 0
    package var timerAt: Moment = .never

    package var isPaused = false
    /// Time to handle one message; zero for a host that keeps up.
    package var cost: Span = .zero
    package var inbox: [InboxEntry] = []
    package var inboxHead = 0
    package var bufferedDatagrams = 0
    package var isServing = false

    package var keyIDs: [UInt8] = [1]
    package var sendingKeyID: UInt8 = 1

    package var ledger = MemberLedger()
    package var waking: WakeRoom?
    package var locations = LocationModel(endpoints: 0)
    package var traffic = Traffic()
    package var handled = 0

    package init(host: Int, address: Int, clock: HostClock) {
        self.host = host
        self.address = address
        self.clock = clock
        let digits = String(host)
        name = MemberID("proxy-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits)
    }

    package var isUp: Bool { node != nil }
    package var isBusy: Bool { isPaused || cost > .zero || isServing }

    package mutating func enqueue(_ entry: InboxEntry) -> Bool {
        if case .datagram = entry {
            guard bufferedDatagrams < Self.receiveBufferLimit else { return false }
            bufferedDatagrams += 1
        }
        inbox.append(entry)
        return true
    }

    package mutating func dequeue() -> InboxEntry? {
        guard inboxHead < inbox.count else {
            inbox.removeAll(keepingCapacity: true)
            inboxHead = 0
            return nil
        }
        defer { inboxHead += 1 }
        if case .datagram = inbox[inboxHead] { bufferedDatagrams -= 1 }
        return inbox[inboxHead]
    }

    package mutating func emptyInbox() {
        inbox.removeAll()
        inboxHead = 0
        bufferedDatagrams = 0
        isServing = false
    }
}

/// The core of a process. In a box of its own, so that looking at it copies nothing.
package final class RunningNode {
    package var core: GossipNode

    init(_ core: GossipNode) {
        self.core = core
    }
}

/// What one host has sent.
package struct Traffic: Equatable, Sendable {
    /// Sealing (42 B), UDP (8 B) and IPv4 (20 B).
    package static let overheadPerDatagram = 42 + 28

    package var datagrams = 0
    /// With ``overheadPerDatagram``.
    package var bytes = 0
    package var streamCalls = 0

    package static func - (left: Traffic, right: Traffic) -> Traffic {
        Traffic(
            datagrams: left.datagrams - right.datagrams, bytes: left.bytes - right.bytes,
            streamCalls: left.streamCalls - right.streamCalls)
    }
}
