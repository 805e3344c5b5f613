/// What became of the datagrams that came in. All only grow.
package struct OpeningCounters: Equatable, Sendable {
    package private(set) var opened: UInt64 = 0
    private var refused: [DatagramRefusal.Reason: UInt64] = [:]
    /// By key id; at most 256 of them.
    private var unknownKeys: [UInt8: UInt64] = [:]

    package init() {}

    package subscript(reason: DatagramRefusal.Reason) -> UInt64 { refused[reason] ?? 0 }

    package var refusals: UInt64 { refused.values.reduce(0, +) }

    /// The keys that were lacking and how often, by id.
    package var lackingKeys: [(id: UInt8, count: UInt64)] {
        unknownKeys.sorted { $0.key < $1.key }.map { (id: $0.key, count: $0.value) }
    }

    mutating func countOpened() {
        opened += 1
    }

    mutating func count(_ refusal: DatagramRefusal) {
        refused[refusal.reason, default: 0] += 1
        if case .unknownKey(let id) = refusal { unknownKeys[id, default: 0] += 1 }
    }
}
