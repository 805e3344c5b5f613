/// How one connection of a relay that has ended is closed: what is queued goes first, then our goodbye, then we wait for
/// the peer's, both within bounds.
///
/// Closing earlier, with input unread, makes the kernel send a reset, and a reset makes the peer lose the last thing we
/// told it.
struct RelayFarewell {
    /// From the wish to close to the close.
    static let limit = RelayTime.Span(.seconds(2))
    /// More input than this is not waited out.
    static let lingerByteLimit = 1 << 20

    private enum State {
        case open
        /// Our goodbye is queued behind what was written before.
        case leaving(until: RelayTime)
        /// Our goodbye is with the kernel; the peer's has not come.
        case lingering(until: RelayTime, bytes: Int)
        case closed
    }

    enum Step: Equatable { case wait, sayGoodbye, close }

    private var state = State.open

    var isOpen: Bool { if case .open = state { true } else { false } }
    var isClosed: Bool { if case .closed = state { true } else { false } }
    /// What comes is to be read and thrown away.
    var isLingering: Bool { if case .lingering = state { true } else { false } }

    /// When `ticked(at:)` makes a difference.
    var nextTick: RelayTime? {
        switch state {
        case .open, .closed: nil
        case .leaving(let until), .lingering(let until, _): until
        }
    }

    /// - Parameter isBroken: nothing reaches the peer any more.
    mutating func closeAsked(isBroken: Bool, at now: RelayTime) -> Step {
        guard isOpen else { return .wait }
        if isBroken { return close() }
        state = .leaving(until: now + Self.limit)
        return .sayGoodbye
    }

    /// - Parameter isPeerDone: the peer has said its last byte, or is gone.
    mutating func goodbyeSent(isPeerDone: Bool) -> Step {
        guard case .leaving(let until) = state else { return .wait }
        if isPeerDone { return close() }
        state = .lingering(until: until, bytes: 0)
        return .wait
    }

    mutating func discarded(_ count: Int) -> Step {
        guard case .lingering(let until, let bytes) = state else { return .wait }
        if bytes + count > Self.lingerByteLimit { return close() }
        state = .lingering(until: until, bytes: bytes + count)
        return .wait
    }

    /// The connection broke, or the peer's end has come while we waited for it.
    mutating func peerGone() -> Step {
        switch state {
        case .open, .closed: .wait
        case .leaving, .lingering: close()
        }
    }

    mutating func ticked(at now: RelayTime) -> Step {
        guard let nextTick, now >= nextTick else { return .wait }
        return close()
    }

    mutating func abandonAsked() -> Step {
        isClosed ? .wait : close()
    }

    private mutating func close() -> Step {
        state = .closed
        return .close
    }
}
