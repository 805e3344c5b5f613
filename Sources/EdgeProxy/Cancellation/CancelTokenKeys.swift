internal import TLSEngine
internal import Telemetry
package import Transport

/// What the fleet seals cancel tokens with, and opens them.
///
/// Derived under a label of its own from what every proxy of the fleet has and nobody else: the gossip keys, so that a
/// rotation of those rotates these (a key that is being retired still opens, one that was removed does not); or, in a
/// proxy that does not gossip, the control plane's bearer token.
package struct CancelTokenKeys: Sendable {
    private static let label = Array("sidecar cancel token".utf8)

    private let keys: [UInt8: Secret<[UInt8]>]
    /// The one to seal with.
    let sealing: UInt8

    package init(_ ring: KeyRing, cluster: ClusterID) {
        var keys: [UInt8: Secret<[UInt8]>] = [:]
        for key in ring.keys {
            keys[key.id] = Self.derived(from: key.material.reveal(), salt: Array(cluster.text.utf8))
        }
        self.keys = keys
        sealing = ring.sending.id
    }

    /// - Parameter secret: any bytes that the fleet shares and strangers do not have.
    package init(secret: [UInt8]) {
        keys = [0: Self.derived(from: secret, salt: [])]
        sealing = 0
    }

    /// 32 bytes; `nil` for a key that this proxy does not have.
    func key(_ id: UInt8) -> [UInt8]? { keys[id]?.reveal() }

    private static func derived(from secret: [UInt8], salt: [UInt8]) -> Secret<[UInt8]> {
        Secret(HKDFSHA256(key: secret, salt: salt).expand(info: label, length: AES256GCM.keyLength))
    }
}
