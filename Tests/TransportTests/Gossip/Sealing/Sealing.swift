import Gossip
import NIOCore
import Telemetry

@testable import Transport

/// Values for tests of sealing.
enum Sealing {
    static let cluster = cluster("release/namespace")
    static let epoch: UInt64 = 1_700_000_000_000

    static func cluster(_ text: String) -> ClusterID {
        guard let cluster = ClusterID(text) else { fatalError("no cluster id: \(text)") }
        return cluster
    }

    static func key(_ id: UInt8, _ byte: UInt8) -> GossipKey {
        guard let key = GossipKey(id: id, material: Secret([UInt8](repeating: byte, count: 32))) else {
            fatalError("32 bytes are a key")
        }
        return key
    }

    static func ring(_ keys: [GossipKey], sending: UInt8) -> KeyRing {
        guard let ring = KeyRing(keys, sendingID: sending) else { fatalError("no ring") }
        return ring
    }

    static let ring = KeyRing(key(1, 0xaa))

    static func sealer(
        _ sender: UInt64, epoch: UInt64 = epoch, cluster: ClusterID = cluster, keys: KeyRing = ring
    ) throws -> DatagramSealer {
        try DatagramSealer(cluster: cluster, sender: ProcessID(bits: sender), epoch: epoch, keys: keys)
    }

    static func opener(
        _ me: UInt64, cluster: ClusterID = cluster, keys: KeyRing = ring, senderLimit: Int = 100
    ) -> DatagramOpener {
        DatagramOpener(cluster: cluster, me: ProcessID(bits: me), keys: keys, senderLimit: senderLimit)
    }
}

extension DatagramSealer {
    mutating func seal(_ text: String, for receiver: UInt64?) throws -> [UInt8] {
        var datagram: [UInt8] = []
        try seal(Array(text.utf8), for: receiver.map { ProcessID(bits: $0) }, into: &datagram)
        return datagram
    }
}

extension DatagramOpener {
    /// - Returns: the text, or why not.
    mutating func text(_ datagram: [UInt8], wallClock: UInt64 = Sealing.epoch) -> Result<String, DatagramRefusal> {
        Result { () throws(DatagramRefusal) in
            String(decoding: try open(ByteBuffer(bytes: datagram), wallClock: wallClock).plaintext, as: UTF8.self)
        }
    }
}
