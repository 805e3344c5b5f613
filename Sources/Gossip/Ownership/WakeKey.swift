/// Which question about an endpoint a wake answers. With the endpoint's name, the idempotency key at the control plane
/// (facts: gossip §4.2): whoever repeats a wake, its owner or its successor, repeats it under the same key.
package struct WakeKey: Hashable, Comparable, Sendable {
    /// The newest generation found wanting; 0 for none. An answer is later, or confirms this one.
    package var seen: UInt64
    /// Goes up when the same question is asked on purpose once more, after a confirmation.
    package var round: UInt64

    package init(seen: UInt64, round: UInt64 = 0) {
        self.seen = seen
        self.round = round
    }

    package static func < (left: WakeKey, right: WakeKey) -> Bool {
        (left.seen, left.round) < (right.seen, right.round)
    }

    package func text(for endpoint: EndpointName) -> String { "\(endpoint):\(seen):\(round)" }
}
