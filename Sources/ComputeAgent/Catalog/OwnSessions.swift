internal import Synchronization

/// How many sessions the agent itself has begun at its Postgres: the statistics of past sessions do not say whose they
/// were, and ours keep nobody awake.
final class OwnSessions: Sendable {
    private let begun = Mutex<Int64>(0)

    var count: Int64 { begun.withLock { $0 } }

    /// Before it begins, so that it is never seen and not known.
    func begins() {
        begun.withLock { $0 += 1 }
    }

    /// It did not come to that.
    func cameToNothing() {
        begun.withLock { $0 -= 1 }
    }
}
