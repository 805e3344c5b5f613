package import Gossip
internal import TLSEngine

/// Seals what this process sends. One per process: its counter is the nonce.
package struct DatagramSealer {
    /// Datagrams of one process, over all its keys: far below what AES-GCM bears under one key, and 17 years at 2,000 a
    /// second.
    package static let counterLimit: UInt64 = 1 << 40

    package enum Failure: Error, Equatable {
        /// The plaintext's length; the most is `datagramLimit` without the overhead.
        case tooLong(Int)
        case counterExhausted
        case outOfMemory
    }

    private let cluster: ClusterID
    private let sender: ProcessID
    private let epoch: UInt64
    private var sending: GossipKey
    private var sealer: AES256GCM.Sealer
    private var lastCounter: UInt64
    private var associatedData: [UInt8] = []

    /// - Parameters:
    ///   - sender: random, drawn at this process's start. Two processes of one id and epoch would share nonces.
    ///   - epoch: milliseconds since 1970 at this process's start.
    ///   - lastCounter: for tests.
    package init(
        cluster: ClusterID, sender: ProcessID, epoch: UInt64, keys: KeyRing, lastCounter: UInt64 = 0
    ) throws(Failure) {
        (self.cluster, self.sender, self.epoch, self.lastCounter) = (cluster, sender, epoch, lastCounter)
        sending = keys.sending
        sealer = try Self.sealer(keys.sending, cluster, sender, epoch)
    }

    /// From now on seals with this ring's sending key. Counting goes on, so a key that comes back is safe.
    package mutating func use(_ keys: KeyRing) throws(Failure) {
        guard keys.sending != sending else { return }
        sealer = try Self.sealer(keys.sending, cluster, sender, epoch)
        sending = keys.sending
    }

    /// Appends one datagram. When this throws, `output` is as before.
    /// - Parameter receiver: who alone may open it; `nil`, for a first contact, lets any member of the cluster.
    package mutating func seal(
        _ plaintext: [UInt8], for receiver: ProcessID?, into output: inout [UInt8]
    ) throws(Failure) {
        guard plaintext.count <= DatagramHeader.datagramLimit - DatagramHeader.overhead else {
            throw .tooLong(plaintext.count)
        }
        guard lastCounter < Self.counterLimit else { throw .counterExhausted }
        lastCounter += 1
        let header = DatagramHeader(keyID: sending.id, sender: sender, epoch: epoch, counter: lastCounter)
        header.associatedData(cluster: cluster, receiver: receiver, into: &associatedData)
        let start = output.count
        header.append(to: &output)
        do throws(TLSFailure) {
            try sealer.seal(
                plaintext.span.bytes, nonce: .init(counter: header.counter),
                authenticating: associatedData.span.bytes, into: &output)
        } catch {
            output.removeLast(output.count - start)
            throw .outOfMemory
        }
    }

    private static func sealer(
        _ key: GossipKey, _ cluster: ClusterID, _ sender: ProcessID, _ epoch: UInt64
    ) throws(Failure) -> AES256GCM.Sealer {
        do throws(TLSFailure) {
            return try AES256GCM.Sealer(key: SenderKeys(key, cluster: cluster).key(of: sender, epoch: epoch))
        } catch {
            throw .outOfMemory
        }
    }
}
