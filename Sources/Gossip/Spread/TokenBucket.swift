/// So many a second, and so many at once.
struct TokenBucket: Sendable {
    private let rate: Double
    private let burst: Double
    private var tokens: Double
    private var filledAt: GossipInstant

    init(rate: Double, burst: Double, now: GossipInstant) {
        self.rate = max(0.001, rate)
        self.burst = max(1, burst)
        tokens = self.burst
        filledAt = now
    }

    /// - Returns: whether there were as many; when not, none are taken.
    mutating func take(_ count: Int, at now: GossipInstant) -> Bool {
        fill(at: now)
        guard tokens >= min(Double(count), burst) else { return false }
        tokens -= Double(count)
        return true
    }

    /// Takes them whether they are there or not; whoever comes next waits longer.
    mutating func draw(_ count: Int, at now: GossipInstant) {
        fill(at: now)
        tokens = max(-burst, tokens - Double(count))
    }

    /// When `count` will be there.
    func instant(of count: Int, from now: GossipInstant) -> GossipInstant {
        let missing = min(Double(count), burst) - tokens
        guard missing > 0 else { return now }
        return filledAt + .nanoseconds(Int64(missing / rate * 1e9) + 1)
    }

    private mutating func fill(at now: GossipInstant) {
        guard now > filledAt else { return }
        let seconds = Double(now.nanoseconds - filledAt.nanoseconds) / 1e9
        tokens = min(burst, tokens + seconds * rate)
        filledAt = now
    }
}
