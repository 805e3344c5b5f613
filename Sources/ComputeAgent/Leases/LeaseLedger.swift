/// When the lease on an LSN is to be renewed, and whether it is held. Times are of a clock that cannot be set.
///
/// A compute that reads at one LSN for ever is served only as long as no pageserver has collected what it reads; a lease
/// keeps them from it. One that is refused, or runs out, makes reads fail sooner or later, and that must be known before.
package struct LeaseLedger: Sendable {
    /// What all pageservers together said in one round.
    package enum Answer: Equatable, Sendable {
        /// For so long from now, by the one that said least.
        case granted(Duration)
        /// One of them has collected it already.
        case refused(String)
        /// One of them could not be asked.
        case failed(String)
    }

    package enum State: Equatable, Sendable, CustomStringConvertible {
        /// Not asked yet, or asked in vain.
        case pending
        case held
        case lost(reason: String)

        package var description: String {
            switch self {
            case .pending: "no lease yet"
            case .held: "lease held"
            case .lost(let reason): "lease lost: \(reason)"
            }
        }
    }

    /// Before the end of a lease, when it is long.
    package static let margin: Duration = .seconds(60)
    /// Between two rounds, however short a lease is: of a clock that was ahead at the beginning and has been set right, one
    /// reading may say for ever that next to nothing is left.
    package static let shortestRenewal: Duration = .milliseconds(500)
    package static let firstPause: Duration = .milliseconds(500)
    package static let longestPause: Duration = .seconds(60)
    package static let growth = 1.5

    package private(set) var state = State.pending
    /// When the lease that was granted last ends.
    private var end: Duration?
    private var pause = firstPause

    package init() {}

    /// - Parameter now: since any fixed moment.
    /// - Returns: how long to wait until the next round.
    package mutating func answered(_ answer: Answer, at now: Duration) -> Duration {
        switch answer {
        case .granted(let length) where length > .zero:
            state = .held
            end = now + length
            pause = Self.firstPause
            return max(length - Self.margin, length / 2, Self.shortestRenewal)
        case .granted: return lose("it was granted for no time")
        case .refused(let reason): return lose("refused: \(reason)")
        case .failed(let reason):
            if let end, state == .held {
                if end <= now {
                    state = .lost(reason: "not renewed in time: \(reason)")
                } else {
                    // Not later than the end, so that the loss is known when it happens.
                    return min(takePause(), end - now)
                }
            }
            return takePause()
        }
    }

    private mutating func lose(_ reason: String) -> Duration {
        state = .lost(reason: reason)
        end = nil
        return takePause()
    }

    private mutating func takePause() -> Duration {
        defer { pause = min(pause * Self.growth, Self.longestPause) }
        return pause
    }
}
