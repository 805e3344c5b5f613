internal import Gossip
internal import TLSEngine
internal import Telemetry

/// Turns the cluster's keys into one key per sender and epoch, so that every sender may count its nonces alone:
/// HKDF-SHA-256 with the cluster id as salt and `sidecar gossip`, sender, epoch as info.
struct SenderKeys: Sendable {
    private let derivation: HKDFSHA256

    init(_ key: GossipKey, cluster: ClusterID) {
        derivation = HKDFSHA256(key: key.material.reveal(), salt: Array(cluster.text.utf8))
    }

    func key(of sender: ProcessID, epoch: UInt64) -> [UInt8] {
        var info = Array("sidecar gossip".utf8)
        info.append(bigEndian: sender.bits)
        info.append(bigEndian: epoch)
        return derivation.expand(info: info, length: AES256GCM.keyLength)
    }
}
