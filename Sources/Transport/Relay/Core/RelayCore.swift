internal import PostgresWire

/// Decides for one pair of joined connections: whom to read, when an end is passed on, and when all is over.
///
/// What happened goes in; what to do is read off: `wantsRead`, `wantsWrite`, `ending`, `nextTick`. Knows no socket and no
/// clock. After its ending nothing changes any more, and nobody is read.
///
/// Not copyable: every message of every session passes here, and a copy of the ending's texts would cost more than the rest.
struct RelayCore: ~Copyable {
    typealias Side = RelayOutcome.Side

    /// Beyond this many bytes waiting for a side it is not read either: it makes us answer (TLS key updates) and does
    /// not take the answers. What the other side sent never comes near this.
    static let clogLimit = 256 * 1024

    private static let endedWithoutAWord = StreamFailure(.closed, "ended without a word")

    private struct Drain {
        var first: Side
        var until: RelayTime
        var saidBefore: Int
    }

    private struct End {
        /// Plaintext that came from it.
        var bytes = 0
        /// It has said its last byte.
        var hasFinished = false
        /// Bytes for it that its socket did not take yet.
        var waiting = 0
    }

    private var ends = BothSides(client: End(), upstream: End())
    private let halfCloseLimit: RelayTime.Span
    private let idleLimit: RelayTime.Span?
    private(set) var cycle: QueryCycle?
    private(set) var ending: RelayOutcome.Ending?
    private(set) var lastActivity: RelayTime
    /// The first side to finish, until when the other has to say something, and how much it had said before.
    private var drain: Drain?
    private var isEndAtIdlePointWanted = false
    /// While an end at an idle point was wanted, the server has answered the last request. A client that always has the next
    /// one ready is not waited for: it would keep the session for ever, and what it sends from now on has not been taken.
    private(set) var hasJustAnswered = false

    init(limits: RelayLimits, following cycle: QueryCycle?, at now: RelayTime) {
        halfCloseLimit = RelayTime.Span(limits.halfClose)
        idleLimit = limits.idle.map { RelayTime.Span($0) }
        self.cycle = cycle
        lastActivity = now
    }

    // MARK: What happened

    /// Plaintext came from this side, and goes to the other.
    mutating func received(_ bytes: RawSpan, from side: Side, at now: RelayTime) {
        ends[side].bytes += bytes.byteCount
        lastActivity = now
        switch side {
        case .client:
            cycle?.clientSent(bytes)
            hasJustAnswered = false
        case .upstream:
            let wasIdle = cycle?.isIdle == true
            cycle?.serverSent(bytes)
            if isEndAtIdlePointWanted, !wasIdle, cycle?.isIdle == true { hasJustAnswered = true }
        }
    }

    /// So many bytes for this side wait for its socket.
    mutating func waits(_ count: Int, for side: Side) {
        ends[side].waiting = count
    }

    /// This side has said its last byte, lawfully. A server that ends before its client and does not say why has failed all
    /// the same: the caller is to say something in its place.
    /// - Returns: whether the other side is to be told, behind all that is on its way to it.
    mutating func finished(_ side: Side, at now: RelayTime) -> Bool {
        guard ending == nil, !ends[side].hasFinished else { return false }
        ends[side].hasFinished = true
        if side == .upstream, drain == nil, cycle?.isEndUnexplained == true {
            ending = .failed(.upstream, Self.endedWithoutAWord)
            return false
        }
        if let drain {
            ending = .finished(first: drain.first)
        } else {
            drain = Drain(first: side, until: now + halfCloseLimit, saidBefore: ends[side.other].bytes)
        }
        return true
    }

    /// This side is broken, for reading or for writing.
    mutating func failed(_ side: Side, _ failure: StreamFailure) {
        guard ending == nil else { return }
        // A client may hang up in any way it likes once it has said Terminate.
        let isGoodbye = side == .client && cycle?.hasTerminated == true
        ending = isGoodbye ? .finished(first: .client) : .failed(side, failure)
    }

    mutating func asked(_ request: RelayControl.Request) {
        guard ending == nil else { return }
        switch request {
        case .endNow: ending = .cancelled
        case .endAtIdlePoint: isEndAtIdlePointWanted = true
        }
    }

    /// An idle point was wanted and is there, and nothing of the client's stands unread in its socket.
    mutating func idlePointConfirmed() {
        guard isIdlePointReached else { return }
        ending = .idlePointReached
    }

    mutating func ticked(at now: RelayTime) {
        guard ending == nil else { return }
        if let drain, now >= drain.until {
            let said = ends[drain.first.other].bytes
            guard said > drain.saidBefore else { return ending = .drainLimitReached(first: drain.first) }
            self.drain = Drain(first: drain.first, until: now + halfCloseLimit, saidBefore: said)
        }
        if let idleLimit, now >= lastActivity + idleLimit { ending = .idleLimitReached }
    }

    // MARK: What to do

    func wantsRead(_ side: Side) -> Bool {
        ending == nil && !ends[side].hasFinished && ends[side.other].waiting == 0
            && ends[side].waiting <= Self.clogLimit
    }

    func wantsWrite(_ side: Side) -> Bool { ends[side].waiting > 0 }

    /// The session may end here, unless the client's socket holds something.
    var isIdlePointReached: Bool { ending == nil && isEndAtIdlePointWanted && cycle?.isIdle == true }

    /// When `ticked(at:)` makes a difference, should nothing else happen.
    var nextTick: RelayTime? {
        guard ending == nil else { return nil }
        let last = lastActivity
        let silence = idleLimit.map { last + $0 }
        guard let drain else { return silence }
        return silence.map { min($0, drain.until) } ?? drain.until
    }

    /// Bytes come and go, and nothing else is to be done or waited for.
    var isSteady: Bool {
        ending == nil && drain == nil && !isEndAtIdlePointWanted && ends.client.waiting == 0
            && ends.upstream.waiting == 0
    }

    /// This side has said its last byte.
    func isDone(_ side: Side) -> Bool { ends[side].hasFinished }

    func bytes(from side: Side) -> Int { ends[side].bytes }
}
