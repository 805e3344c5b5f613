internal import TLSEngine
package import Telemetry

/// One key of the cluster, known to every member, and the number that datagrams name it by.
package struct GossipKey: Sendable, Equatable {
    /// In bytes: AES-256.
    package static let length = AES256GCM.keyLength

    package var id: UInt8
    package let material: Secret<[UInt8]>

    /// - Returns: `nil` unless `material` has 32 bytes.
    package init?(id: UInt8, material: Secret<[UInt8]>) {
        guard material.reveal().count == Self.length else { return nil }
        self.id = id
        self.material = material
    }

    /// A new random key.
    package static func random(id: UInt8) -> GossipKey {
        GossipKey(id: id, bytes: Digests.randomBytes(length))
    }

    private init(id: UInt8, bytes: [UInt8]) {
        self.id = id
        material = Secret(bytes)
    }

    package static func == (left: GossipKey, right: GossipKey) -> Bool {
        left.id == right.id && Digests.equalInConstantTime(left.material.reveal(), right.material.reveal())
    }
}
