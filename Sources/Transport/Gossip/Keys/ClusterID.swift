internal import TLSEngine

/// Which fleet a datagram belongs to, for example `release/namespace/uid`.
///
/// Part of every key and of every authenticated header, so that two fleets that share a network, even a key file, never
/// understand each other: pod addresses are used again by other releases.
package struct ClusterID: Hashable, Sendable, CustomStringConvertible {
    /// The longest identifier, in bytes.
    package static let lengthLimit = 255

    package let text: String

    /// - Returns: `nil` for an empty text, a longer one, and one with control characters.
    package init?(_ text: String) {
        guard (1...Self.lengthLimit).contains(text.utf8.count) else { return nil }
        guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else { return nil }
        self.text = text
    }

    package var description: String { text }

    /// For `GossipConfiguration.hashKey`. From the cluster id alone: the hashes must be equal at every member, and in the
    /// middle of a rotation members send with different keys, and later ones have never seen the first.
    package var hashKey: [UInt8] {
        HKDFSHA256(key: Array(text.utf8), salt: []).expand(info: Array("sidecar gossip repair".utf8), length: 16)
    }
}
