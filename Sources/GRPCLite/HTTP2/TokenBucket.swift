/// Meters events against a ``RateLimit``. The time is an argument.
struct TokenBucket {
    private let limit: RateLimit
    private var tokens: Double
    private var refilledAt: ContinuousClock.Instant

    init(_ limit: RateLimit, at now: ContinuousClock.Instant) {
        self.limit = limit
        tokens = Double(limit.burst)
        refilledAt = now
    }

    /// - Returns: `false` when the limit is passed.
    mutating func take(at now: ContinuousClock.Instant) -> Bool {
        if tokens < 1 { refill(at: now) }
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }

    /// Something useful happened, which earns the peer some more.
    mutating func giveBack(_ count: Double) {
        tokens = min(tokens + count, Double(limit.burst))
    }

    private mutating func refill(at now: ContinuousClock.Instant) {
        let seconds = refilledAt.duration(to: now) / Duration.seconds(1)
        tokens = min(tokens + seconds * Double(limit.perSecond), Double(limit.burst))
        refilledAt = now
    }
}
