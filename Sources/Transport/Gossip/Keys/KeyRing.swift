/// The keys a member opens datagrams with, and the one it seals with.
///
/// A key is changed without a lost datagram in three steps, each made on every member before the next is begun on any:
/// add the new key for receiving, send with it, remove the old one. Members tell each other which keys they hold.
package struct KeyRing: Sendable, Equatable {
    /// The most keys of one ring. A rotation needs two.
    package static let limit = 16

    /// Sorted by `id`; every `id` and every key once; never empty.
    package let keys: [GossipKey]
    package let sending: GossipKey

    package var ids: [UInt8] { keys.map(\.id) }

    /// - Returns: `nil` when there are no keys or too many, when two have one `id`, and when none is `sendingID`.
    package init?(_ keys: [GossipKey], sendingID: UInt8) {
        guard (1...Self.limit).contains(keys.count), Set(keys.map(\.id)).count == keys.count else { return nil }
        guard let sending = keys.first(where: { $0.id == sendingID }) else { return nil }
        self.init(keys, sending: sending)
    }

    /// A ring of one key.
    package init(_ key: GossipKey) {
        self.init([key], sending: key)
    }

    private init(_ keys: [GossipKey], sending: GossipKey) {
        self.keys = keys.sorted { $0.id < $1.id }
        self.sending = sending
    }

    package func key(_ id: UInt8) -> GossipKey? {
        keys.first { $0.id == id }
    }
}
