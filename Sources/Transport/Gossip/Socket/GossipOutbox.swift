internal import Gossip

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Seals what the core sends and gives it to the kernel, a batch at a time. What cannot go now is lost and counted.
struct GossipOutbox {
    private var sealer: DatagramSealer
    private var batch: DatagramBatch
    private var (sent, sentBytes): (UInt64, UInt64) = (0, 0)
    private var (unsendable, unsent, unsealed): (UInt64, UInt64, UInt64) = (0, 0, 0)
    private var troubles: Throttle<Trouble>
    private let report: @Sendable (GossipSocketEvent) -> Void

    private enum Trouble: Hashable {
        case code(CInt)
        case otherFamily, bufferFull
    }

    /// - Parameter isIPv6: the family of the socket.
    init(
        _ configuration: GossipSocketConfiguration, card: MemberCard, isIPv6: Bool,
        report: @escaping @Sendable (GossipSocketEvent) -> Void
    ) throws(DatagramSealer.Failure) {
        sealer = try DatagramSealer(
            cluster: configuration.cluster, sender: card.process, epoch: card.epoch, keys: configuration.keys)
        batch = DatagramBatch(isIPv6: isIPv6)
        troubles = Throttle(interval: configuration.troubleInterval)
        self.report = report
    }

    func add(to counters: inout GossipSocketCounters) {
        (counters.datagramsSent, counters.bytesSent) = (sent, sentBytes)
        counters.datagramsUnsendable = unsendable
        counters.datagramsUnsent = unsent
        counters.datagramsUnsealed = unsealed
    }

    mutating func use(_ keys: KeyRing) throws(DatagramSealer.Failure) {
        try sealer.use(keys)
    }

    /// - Parameter socket: `nil` while there is none.
    mutating func add(
        _ plaintext: [UInt8], to receiver: MemberAddress, _ process: ProcessID?, through socket: CInt?,
        at now: GossipInstant
    ) {
        if batch.isFull { flush(through: socket, at: now) }
        do throws(DatagramSealer.Failure) {
            try sealer.seal(plaintext, for: process, into: &batch.bytes)
        } catch {
            unsealed += 1
            return
        }
        guard !batch.end(to: receiver) else { return }
        unsendable += 1
        if let count = troubles.happened(.otherFamily, at: now) { report(.otherFamily(receiver, count: count)) }
    }

    mutating func flush(through socket: CInt?, at now: GossipInstant) {
        guard !batch.isEmpty else { return }
        guard let socket else {
            unsent += UInt64(batch.count)
            return batch.drop()
        }
        note(batch.send(through: socket), at: now)
    }

    private mutating func note(_ outcome: DatagramBatch.Outcome, at now: GossipInstant) {
        sent += UInt64(outcome.sent)
        sentBytes += UInt64(outcome.sentBytes)
        unsent += UInt64(outcome.dropped)
        unsendable += UInt64(outcome.failures.count)
        if outcome.dropped > 0, let count = troubles.happened(.bufferFull, at: now) {
            report(.sendBufferFull(count: count))
        }
        for (code, receiver) in outcome.failures {
            guard let count = troubles.happened(.code(code), at: now) else { continue }
            report(.unsendable(code: code, reason: String(cString: strerror(code)), to: receiver, count: count))
        }
    }
}
