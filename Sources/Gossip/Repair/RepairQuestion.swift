/// One step of a repair, asked over a stream. Plain values, bounded; ``encoded`` is what travels.
package enum RepairQuestion: Equatable, Sendable {
    /// Give me everything from this bucket on; asked by whoever has just joined.
    case everything(fromBucket: UInt16)
    /// My hash of each of the 64 groups of buckets: which differ from yours?
    case groups([UInt64])
    /// What I have in these buckets: what do I lack, and what do you?
    case buckets([UInt16], [RepairLine])
    /// What you said you lack.
    case entries([RepairEntry])
}

package enum RepairAnswer: Equatable, Sendable {
    /// - nextBucket: where to go on, `nil` when that was all.
    case page([RepairEntry], nextBucket: UInt16?)
    /// The buckets that differ, at most a limited number of them. Empty: we agree.
    case differing([UInt16])
    /// What the asker lacked, and the keys of what I lack. `isComplete` is false when either list was cut.
    case entries([RepairEntry], wanted: [UInt64], isComplete: Bool)
    case taken
}

/// One entry without its content: enough to say whose is newer.
package struct RepairLine: Equatable, Sendable {
    /// The keyed hash of the subject.
    package var key: UInt64
    /// The keyed hash of subject and version, as it goes into the bucket's hash.
    package var state: UInt64

    package init(key: UInt64, state: UInt64) {
        self.key = key
        self.state = state
    }
}

package enum RepairEntry: Equatable, Sendable {
    case fact(Fact)
    case floor(FactFloor)
    case member(MemberCard, MemberHealth)
}

/// What is left of a fact after eviction: that everything up to this version has been heard.
package struct FactFloor: Equatable, Sendable {
    package var key: UInt64
    package var version: FactVersion
    /// Of the phase: ended above unreachable above running.
    package var rank: UInt8
    /// The hash the fact had as an entry; the floor goes on standing for it.
    package var state: UInt64

    package init(key: UInt64, version: FactVersion, rank: UInt8, state: UInt64) {
        self.key = key
        self.version = version
        self.rank = rank
        self.state = state
    }
}
