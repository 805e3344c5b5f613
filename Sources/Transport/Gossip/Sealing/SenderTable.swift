internal import Gossip
internal import TLSEngine

/// The senders that have proved authentic: their replay windows and derived keys. Never more than `limit`,
/// which must be above the number of members: with its window a sender's old datagrams to this process are fresh again.
struct SenderTable {
    struct Name: Hashable {
        var process: ProcessID
        var epoch: UInt64
    }

    final class Sender {
        var window = ReplayWindow()
        /// By key id; as many as the ring has keys.
        var openers: [(keyID: UInt8, opener: AES256GCM.Opener)] = []
        fileprivate var lastUse: UInt64 = 0

        func opener(_ keyID: UInt8) -> AES256GCM.Opener? {
            openers.first { $0.keyID == keyID }?.opener
        }
    }

    let limit: Int
    private var senders: [Name: Sender] = [:]
    private var useCount: UInt64 = 0

    init(limit: Int) {
        self.limit = max(1, limit)
    }

    var count: Int { senders.count }

    subscript(name: Name) -> Sender? { senders[name] }

    /// Finds or makes the entry and marks it as the one used last.
    mutating func used(_ name: Name) -> Sender {
        useCount += 1
        let sender = senders[name] ?? add(name)
        sender.lastUse = useCount
        return sender
    }

    /// Windows stay; a datagram opened under the old keys is still not fresh.
    mutating func forgetKeys(where isGone: (UInt8) -> Bool) {
        for sender in senders.values { sender.openers.removeAll { isGone($0.keyID) } }
    }

    private mutating func add(_ name: Name) -> Sender {
        // A scan, since only a new member of a full table comes here; the order does not matter, uses are all different.
        if senders.count >= limit, let oldest = senders.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            senders[oldest.key] = nil
        }
        let sender = Sender()
        senders[name] = sender
        return sender
    }
}
