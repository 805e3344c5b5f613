package import Gossip
package import NIOCore
internal import TLSEngine

/// Opens what other members have sealed, each datagram once.
///
/// A stranger's datagram costs at most a key derivation and two decryptions, and leaves nothing but a count: only a
/// sender that has proved authentic gets a place in the table.
package struct DatagramOpener {
    package static let defaultSenderLimit = 16_384
    /// How far a sender's clock may run ahead of ours.
    package static let epochLeadLimit: Duration = .seconds(300)

    package struct Opened: Equatable, Sendable {
        package var plaintext: [UInt8]
        package var sender: ProcessID
        package var epoch: UInt64
        package var keyID: UInt8
        /// Sealed for this process; otherwise for any, as first contacts are.
        package var isForMe: Bool
    }

    package private(set) var counters = OpeningCounters()
    private let cluster: ClusterID
    private let me: ProcessID
    private var ring: KeyRing
    private var derivations: [(id: UInt8, keys: SenderKeys)]
    private var senders: SenderTable
    /// Tries the keys of senders without an entry, in one piece of memory.
    private var trial: AES256GCM.Opener?
    private var associatedData: [UInt8] = []

    package init(
        cluster: ClusterID, me: ProcessID, keys: KeyRing, senderLimit: Int = Self.defaultSenderLimit
    ) {
        (self.cluster, self.me, ring) = (cluster, me, keys)
        derivations = Self.derivations(keys, cluster)
        senders = SenderTable(limit: senderLimit)
    }

    package var senderCount: Int { senders.count }

    /// From now on opens with the keys of this ring and with no others.
    package mutating func use(_ keys: KeyRing) {
        let old = ring
        ring = keys
        derivations = Self.derivations(keys, cluster)
        senders.forgetKeys { keys.key($0) != old.key($0) }
    }

    /// - Parameter wallClock: milliseconds since 1970.
    package mutating func open(
        _ datagram: ByteBuffer, wallClock: UInt64
    ) throws(DatagramRefusal) -> Opened {
        do throws(DatagramRefusal) {
            let opened = try openUncounted(datagram, wallClock: wallClock)
            counters.countOpened()
            return opened
        } catch {
            counters.count(error)
            throw error
        }
    }

    private mutating func openUncounted(
        _ datagram: ByteBuffer, wallClock: UInt64
    ) throws(DatagramRefusal) -> Opened {
        let count = datagram.readableBytes
        guard count <= DatagramHeader.datagramLimit else { throw .tooLong(count) }
        guard let (version, header) = DatagramHeader.read(from: datagram) else { throw .tooShort(count) }
        guard version == DatagramHeader.version else { throw .unknownVersion(version) }
        guard let keys = derivations.first(where: { $0.id == header.keyID })?.keys else {
            throw .unknownKey(header.keyID)
        }
        guard header.sender != me else { throw .ownDatagram }
        let name = SenderTable.Name(process: header.sender, epoch: header.epoch)
        // Cheaper than a decryption, and a forged counter changes nothing here.
        switch (senders[name]?.window ?? .empty).verdict(on: header.counter) {
        case .fresh: break
        case .seen: throw .replayed
        case .tooOld: throw .tooOld
        }
        let opener = try opener(for: name, keyID: header.keyID, keys)
        guard let (plaintext, isForMe) = decrypt(datagram, header, opener) else { throw .notAuthentic }
        // Not of those that are known: should this machine's clock be set back, they have started in the future.
        if senders[name] == nil { try checkEpoch(header.epoch, wallClock) }
        remember(name, header, keys)
        return Opened(
            plaintext: plaintext, sender: header.sender, epoch: header.epoch, keyID: header.keyID, isForMe: isForMe)
    }

    private mutating func opener(
        for name: SenderTable.Name, keyID: UInt8, _ keys: SenderKeys
    ) throws(DatagramRefusal) -> AES256GCM.Opener {
        if let known = senders[name]?.opener(keyID) { return known }
        let key = keys.key(of: name.process, epoch: name.epoch)
        do throws(TLSFailure) {
            guard let trial else {
                let fresh = try AES256GCM.Opener(key: key)
                self.trial = fresh
                return fresh
            }
            try trial.setKey(key)
            return trial
        } catch {
            throw .notAuthentic  // Out of memory: as good as lost on the way.
        }
    }

    private mutating func decrypt(
        _ datagram: ByteBuffer, _ header: DatagramHeader, _ opener: AES256GCM.Opener
    ) -> (plaintext: [UInt8], isForMe: Bool)? {
        let nonce = AES256GCM.Nonce(counter: header.counter)
        for receiver in [me, nil] {
            header.associatedData(cluster: cluster, receiver: receiver, into: &associatedData)
            let sealed = datagram.readableBytesSpan.extracting(droppingFirst: DatagramHeader.length)
            let plaintext = opener.open(sealed, nonce: nonce, authenticating: associatedData.span.bytes)
            if let plaintext { return (plaintext, receiver != nil) }
        }
        return nil
    }

    private func checkEpoch(_ epoch: UInt64, _ wallClock: UInt64) throws(DatagramRefusal) {
        guard epoch > wallClock else { return }
        let lead = epoch - wallClock
        guard lead <= UInt64(Self.epochLeadLimit.components.seconds) * 1000 else {
            throw .epochAhead(milliseconds: lead)
        }
    }

    private mutating func remember(_ name: SenderTable.Name, _ header: DatagramHeader, _ keys: SenderKeys) {
        let sender = senders.used(name)
        sender.window.record(header.counter)
        guard sender.opener(header.keyID) == nil else { return }
        // Without memory for it the key is derived again next time.
        guard let opener = try? AES256GCM.Opener(key: keys.key(of: name.process, epoch: name.epoch)) else { return }
        sender.openers.append((header.keyID, opener))
    }

    private static func derivations(_ ring: KeyRing, _ cluster: ClusterID) -> [(id: UInt8, keys: SenderKeys)] {
        ring.keys.map { ($0.id, SenderKeys($0, cluster: cluster)) }
    }
}
