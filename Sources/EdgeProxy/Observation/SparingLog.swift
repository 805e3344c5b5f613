internal import Synchronization

/// Lets something that strangers can bring about be logged at its first time, and then once per interval together with
/// how often it happened: nobody shall fill our log.
final class SparingLog: Sendable {
    private struct State {
        var lastTold: ContinuousClock.Instant?
        var untold = 0
    }

    private let interval: Duration
    private let state = Mutex(State())

    init(interval: Duration) {
        self.interval = interval
    }

    /// - Returns: how often it happened since it was last told, this time included; `nil` when not yet to be told.
    func happened(at now: ContinuousClock.Instant = .now) -> Int? {
        state.withLock { state in
            state.untold += 1
            if let lastTold = state.lastTold, now < lastTold + interval { return nil }
            defer { state = State(lastTold: now) }
            return state.untold
        }
    }
}
