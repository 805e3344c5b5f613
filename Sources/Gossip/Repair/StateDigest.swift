/// The hashes that two members compare: 1,024 buckets in 64 groups, and the root over all.
///
/// Order-independent (a wrapping sum of keyed entry hashes), so that who knows the same says the same. A change counts
/// only once it is `settleDelay` old: what is still spreading is no difference (facts/gossip.md §3.3).
struct StateDigest: Sendable {
    static let bucketCount = 1024
    static let groupCount = 64
    static let bucketsPerGroup = bucketCount / groupCount
    /// Changes waiting to settle; beyond it the oldest settle early.
    private static let pendingLimit = 65_536

    private(set) var root: UInt64 = 0
    private(set) var buckets = [UInt64](repeating: 0, count: bucketCount)
    /// When the last change settled.
    private(set) var lastSettled: GossipInstant?
    private var pending = Fifo<Change>()

    private struct Change: Sendable {
        var due: GossipInstant
        var bucket: Int
        var delta: UInt64
    }

    static func bucket(of key: UInt64) -> Int { Int(key >> 54) }

    /// An entry of this key changed its hash; 0 stands for no entry.
    mutating func change(key: UInt64, from old: UInt64, to new: UInt64, settlingAt due: GossipInstant) {
        guard old != new else { return }
        pending.append(Change(due: due, bucket: Self.bucket(of: key), delta: new &- old))
        if pending.count > Self.pendingLimit, let oldest = pending.popFirst() { apply(oldest) }
    }

    /// A state that is known to be old: a snapshot's, a first sync's.
    mutating func settleAtOnce(key: UInt64, hash: UInt64) {
        apply(Change(due: GossipInstant(nanoseconds: 0), bucket: Self.bucket(of: key), delta: hash))
    }

    mutating func settle(at now: GossipInstant) {
        while let first = pending.first, first.due <= now {
            _ = pending.popFirst()
            apply(first)
            lastSettled = first.due
        }
    }

    var groups: [UInt64] {
        (0..<Self.groupCount).map { group in
            let start = group * Self.bucketsPerGroup
            return buckets[start..<start + Self.bucketsPerGroup].reduce(0, &+)
        }
    }

    private mutating func apply(_ change: Change) {
        buckets[change.bucket] &+= change.delta
        root &+= change.delta
    }
}
