internal import Gossip
internal import NIOCore

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Opens what arrives, and keeps the books about what it refuses.
struct GossipInbox {
    private var opener: DatagramOpener
    private var byHost = RefusalLedger()
    private var (datagrams, bytes): (UInt64, UInt64) = (0, 0)
    private var troubles: Throttle<Trouble>
    private let report: @Sendable (GossipSocketEvent) -> Void

    private struct Trouble: Hashable {
        var reason: DatagramRefusal.Reason
        var keyID: UInt8?
    }

    init(
        _ configuration: GossipSocketConfiguration, me: ProcessID,
        report: @escaping @Sendable (GossipSocketEvent) -> Void
    ) {
        opener = DatagramOpener(
            cluster: configuration.cluster, me: me, keys: configuration.keys, senderLimit: configuration.senderLimit)
        troubles = Throttle(interval: configuration.troubleInterval)
        self.report = report
    }

    func add(to counters: inout GossipSocketCounters) {
        counters.opening = opener.counters
        counters.refusalsByHost = byHost
        counters.datagramsReceived = datagrams
        counters.bytesReceived = bytes
        counters.senders = opener.senderCount
    }

    mutating func use(_ keys: KeyRing) {
        opener.use(keys)
    }

    /// - Returns: `nil` for a datagram that is refused, which changes nothing but a count.
    mutating func open(
        _ datagram: ByteBuffer, from source: MemberAddress, at now: GossipInstant
    ) -> DatagramOpener.Opened? {
        datagrams += 1
        bytes += UInt64(datagram.readableBytes)
        do throws(DatagramRefusal) {
            return try opener.open(datagram, wallClock: Self.wallClock)
        } catch {
            refused(error, from: source, at: now)
            return nil
        }
    }

    private mutating func refused(_ refusal: DatagramRefusal, from source: MemberAddress, at now: GossipInstant) {
        byHost.count(refusal.reason, from: source)
        var trouble = Trouble(reason: refusal.reason)
        switch refusal {
        case .unknownKey(let id): trouble.keyID = id
        case .ownDatagram: return  // Discovery names this member too.
        case .tooLong, .tooShort, .unknownVersion, .replayed, .tooOld, .notAuthentic, .epochAhead: break
        }
        if let count = troubles.happened(trouble, at: now) { report(.refused(refusal, from: source, count: count)) }
    }

    private static var wallClock: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(max(0, time.tv_sec)) * 1000 + UInt64(max(0, time.tv_nsec)) / 1_000_000
    }
}
