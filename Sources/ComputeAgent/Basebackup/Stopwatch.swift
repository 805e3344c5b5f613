internal import Synchronization

/// When the first bytes came, and when something was said of them last.
final class Stopwatch: Sendable {
    private struct State {
        var first: ContinuousClock.Instant?
        var lastTold = ContinuousClock.now
    }

    private let began = ContinuousClock.now
    private let state = Mutex(State())

    func noteFirst() {
        state.withLock { if $0.first == nil { $0.first = .now } }
    }

    /// Zero while nothing has come.
    var untilFirst: Duration { state.withLock { $0.first.map { began.duration(to: $0) } ?? .zero } }

    /// - Returns: `true` once in each interval.
    func isDue(each interval: Duration) -> Bool {
        state.withLock { state in
            guard state.lastTold.duration(to: .now) >= interval else { return false }
            state.lastTold = .now
            return true
        }
    }
}
