/// Decides whether a failed call to the control plane is repeated, and when. Reads no clock and owns its dice.
package struct RetryPolicy<Dice: RandomNumberGenerator & Sendable>: Sendable {
    package typealias Instant = ContinuousClock.Instant

    /// What kind of failure it was.
    package enum Trouble: Equatable, Sendable {
        /// No answer at all: refused, reset, silent.
        case unreachable
        /// An answer that says “later”: 429, 502, 503, 504, or error JSON with a retryable reason or a delay.
        case busy(retryAfter: Duration?)
    }

    package enum Verdict: Equatable, Sendable {
        case again(after: Duration)
        case giveUp(Limit)
    }

    /// What there is no more of.
    package enum Limit: Equatable, Sendable {
        /// The call's own time.
        case deadline
        /// Patience with a control plane that cannot be reached.
        case outage
    }

    /// The upper edge of the first pause; it doubles with every attempt.
    private static var firstPause: Duration { .milliseconds(50) }
    private static var longestPause: Duration { .seconds(2) }
    /// Added to a pause that the control plane asked for, so that its callers do not come back all at once.
    private static var politeJitter: Duration { .milliseconds(100) }

    private let deadline: Instant
    private let outageLimit: Duration
    private var attempts = 0
    private var outageBegan: Instant?
    private var dice: Dice

    /// - Parameters:
    ///   - deadline: no attempt starts after it.
    ///   - outageLimit: how long a control plane that cannot be reached at all is tried.
    package init(deadline: Instant, outageLimit: Duration, dice: Dice) {
        self.deadline = deadline
        self.outageLimit = outageLimit
        self.dice = dice
    }

    /// - Parameters:
    ///   - began: when the failed attempt was made.
    package mutating func failed(_ trouble: Trouble, began: Instant, now: Instant) -> Verdict {
        let pause: Duration
        switch trouble {
        case .unreachable:
            outageBegan = outageBegan ?? began
            pause = jitter(upTo: nextPause())
        case .busy(let retryAfter?):
            outageBegan = nil
            // Asked to come back at once, again and again, it still comes less and less often.
            pause = max(max(.zero, retryAfter) + jitter(upTo: Self.politeJitter), jitter(upTo: nextPause()))
        case .busy(nil):
            outageBegan = nil
            pause = jitter(upTo: nextPause())
        }
        let next = now + pause
        if next >= deadline { return .giveUp(.deadline) }
        if let outageBegan, next - outageBegan >= outageLimit { return .giveUp(.outage) }
        return .again(after: pause)
    }

    private mutating func nextPause() -> Duration {
        defer { attempts += 1 }
        return min(Self.firstPause * (1 << min(attempts, 10)), Self.longestPause)
    }

    /// Full jitter: anything between nothing and the whole.
    private mutating func jitter(upTo whole: Duration) -> Duration {
        whole * Double.random(in: 0...1, using: &dice)
    }
}
