/// Meters what a peer sends that serves no call, and says when it is too much. Pure: the time is an argument.
struct PeerConduct {
    private enum FrameType {
        static let data: UInt8 = 0x0
        static let headers: UInt8 = 0x1
        static let reset: UInt8 = 0x3
        /// A PING or SETTINGS with it is an answer; on DATA the same bit ends the stream.
        static let acknowledgesOrEnds: UInt8 = 0x1
        static let headLength = 9
        /// SETTINGS_MAX_FRAME_SIZE, which we leave as it is. RFC 9113 §6.5.2.
        static let longestPayload = 16 * 1024
    }

    private static let prefaceLength = 24

    private let isServer: Bool
    private let (leastData, bytesPerUnknownFrame): (Int, Int)
    private let bytesPerIdleFrame: Double
    private let idleFramesPerMessage: Double
    private var idleFrames: TokenBucket
    private var peerResets: TokenBucket
    private var provokedResets: TokenBucket
    private var pings: PingPolice
    private var bytesReceived = 0
    /// Of those, the ones in frames of known kinds, as their heads announced them.
    private var bytesInFrames: Int
    /// Bytes that may be of DATA and header blocks for streams that we have reset: what was on its way. nghttp2 drops them without a word too.
    private var excusedBytes = 0
    private let (streamWindow, connectionWindow): (Int, Int)
    /// All frames that a header block may have.
    private let longestBlock: Int

    init(ofClient isServer: Bool, _ limits: HTTP2Limits, at now: ContinuousClock.Instant) {
        self.isServer = isServer
        (leastData, bytesPerUnknownFrame) = (limits.leastData, limits.bytesPerUnknownFrame)
        bytesPerIdleFrame = Double(limits.bytesPerIdleFrame)
        idleFramesPerMessage = Double(limits.idleFramesPerMessage)
        idleFrames = TokenBucket(limits.idleFrames, at: now)
        peerResets = TokenBucket(limits.peerResets, at: now)
        provokedResets = TokenBucket(limits.provokedResets, at: now)
        pings = PingPolice(interval: limits.pingInterval, strikes: limits.pingStrikes)
        (streamWindow, connectionWindow) = (limits.streamWindow, limits.connectionWindow)
        longestBlock = (1 + limits.continuations) * (FrameType.headLength + FrameType.longestPayload)
        bytesInFrames = isServer ? Self.prefaceLength : 0
    }

    // MARK: What the peer does

    /// The head of a frame of a known kind has come.
    /// - Returns: what the peer has done too often.
    mutating func frameBegan(
        type: UInt8, flags: UInt8, length: Int, at now: ContinuousClock.Instant
    ) -> HTTP2Offence? {
        bytesInFrames += FrameType.headLength + length
        switch type {
        case FrameType.headers:
            // A server may send interim answers (1xx) without end; a client's are as many as there may be streams.
            guard isServer else { break }
            idleFrames.giveBack(idleFramesPerMessage)
            return nil
        case FrameType.reset:
            return !isServer || peerResets.take(at: now) ? nil : .rapidReset
        case FrameType.data where length >= leastData || flags & FrameType.acknowledgesOrEnds != 0:
            return nil
        default:
            break
        }
        return idleFrames.take(at: now) ? nil : HTTP2Offence(floodOf: type, length: length)
    }

    /// What is left of the block is dropped, and its stream reset. Its frames are not told of any more, and are no fault.
    mutating func headerBlockDropped() {
        excuse(longestBlock)
    }

    /// nghttp2 drops frames of kinds that nobody knows without a word: they are what came and was in no other frame.
    mutating func received(_ byteCount: Int, at now: ContinuousClock.Instant) -> HTTP2Offence? {
        bytesReceived += byteCount
        let unknown = bytesReceived - bytesInFrames
        guard unknown >= FrameType.headLength else { return nil }
        bytesInFrames = bytesReceived
        let excused = min(unknown, excusedBytes)
        excusedBytes -= excused
        let unexcused = unknown - excused
        guard unexcused > 0 else { return nil }
        for _ in 0..<max(1, unexcused / bytesPerUnknownFrame) where !idleFrames.take(at: now) {
            return .unknownFrameFlood
        }
        return nil
    }

    mutating func pingReceived(at now: ContinuousClock.Instant) -> HTTP2Offence? {
        !isServer || pings.pingReceived(at: now) ? nil : .tooManyPings
    }

    /// Messages have become whole, so that short DATA was lawful; or calls have been answered by headers.
    mutating func received(useful count: Int) {
        idleFrames.giveBack(Double(count) * idleFramesPerMessage)
    }

    // MARK: What we do

    mutating func headersSent() {
        pings.headersOrDataSent()
    }

    /// The peer answers DATA with WINDOW_UPDATEs, which are idle frames of the lawful kind: two for a full frame.
    mutating func dataSent(_ byteCount: Int) {
        pings.headersOrDataSent()
        idleFrames.giveBack(min(2, Double(byteCount) / bytesPerIdleFrame))
    }

    /// A message has left whole, as it does not when the peer opens its windows byte by byte.
    mutating func messagesSent(_ count: Int) {
        idleFrames.giveBack(Double(count) * idleFramesPerMessage)
    }

    /// An answer was whole before its request was, and the stream is free. A client that heard too late has its own reset on the
    /// way, lawfully.
    mutating func answeredEarly() {
        peerResets.giveBack(1)
    }

    mutating func resetSent(_ code: HTTP2ErrorCode, at now: ContinuousClock.Instant) -> HTTP2Offence? {
        // A full window in frames as small as lawful clients make them.
        excuse(2 * streamWindow)
        guard isServer, code != .noError, code != .cancel else { return nil }
        return provokedResets.take(at: now) ? nil : .provokedResets
    }

    private mutating func excuse(_ byteCount: Int) {
        excusedBytes = min(excusedBytes + byteCount, 2 * connectionWindow)
    }
}
