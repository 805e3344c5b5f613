package import Gossip
internal import NIOCore

/// What stands, readable, before the ciphertext of a gossip datagram.
///
/// ```
/// version 1 | key id 1 | sender 8 | epoch 8 | counter 8 | ciphertext | tag 16      big-endian
/// ```
/// Authenticated beside the ciphertext: these 26 bytes, the cluster id, and the receiver's process id, 0 for “whoever
/// you are”. So a datagram is good for one receiver in one cluster, and a first contact for any member of it.
package struct DatagramHeader: Equatable, Sendable {
    package static let version: UInt8 = 1
    package static let length = 26
    /// What sealing adds to a plaintext: header and tag.
    package static let overhead = 42
    /// The longest datagram, sealed, without IP and UDP headers: passes IPv6's smallest MTU, WireGuard and VXLAN.
    package static let datagramLimit = 1200

    package var keyID: UInt8
    package var sender: ProcessID
    /// Milliseconds since 1970 when the sender started.
    package var epoch: UInt64
    /// Of the sender's datagrams, from 1, whoever they go to. The nonce.
    package var counter: UInt64

    /// - Returns: `nil` unless a header and a tag fit in. The version is the caller's to look at.
    static func read(from datagram: ByteBuffer) -> (version: UInt8, header: DatagramHeader)? {
        guard datagram.readableBytes >= overhead else { return nil }
        typealias Fields = (UInt8, UInt8, UInt64, UInt64, UInt64)
        guard let fields = datagram.peekMultipleIntegers(as: Fields.self) else { return nil }
        let sender = ProcessID(bits: fields.2)
        return (fields.0, DatagramHeader(keyID: fields.1, sender: sender, epoch: fields.3, counter: fields.4))
    }

    func append(to bytes: inout [UInt8]) {
        bytes.append(Self.version)
        bytes.append(keyID)
        for word in [sender.bits, epoch, counter] { bytes.append(bigEndian: word) }
    }

    /// Replaces `data` by what is authenticated beside the ciphertext.
    func associatedData(cluster: ClusterID, receiver: ProcessID?, into data: inout [UInt8]) {
        data.removeAll(keepingCapacity: true)
        append(to: &data)
        data.append(contentsOf: cluster.text.utf8)
        data.append(bigEndian: receiver?.bits ?? 0)
    }
}

extension [UInt8] {
    mutating func append(bigEndian word: UInt64) {
        Swift.withUnsafeBytes(of: word.bigEndian) { append(contentsOf: $0) }
    }
}
