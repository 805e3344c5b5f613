/// Tells keepalive from abuse. gRFC A8: a PING is bad when it comes too soon after the last good one; sending the peer
/// headers or data forgives it everything, since implementations ping to measure bandwidth around them.
struct PingPolice {
    /// Shortest time between two PINGs.
    let interval: Duration
    /// Bad PINGs that are overlooked.
    let strikes: Int
    private var lastGood: ContinuousClock.Instant?
    private var bad = 0

    init(interval: Duration, strikes: Int) {
        self.interval = interval
        self.strikes = strikes
    }

    /// - Returns: `false` when it is one too many.
    mutating func pingReceived(at now: ContinuousClock.Instant) -> Bool {
        guard let last = lastGood, last.duration(to: now) < interval else {
            lastGood = now
            return true
        }
        bad += 1
        return bad <= strikes
    }

    mutating func headersOrDataSent() {
        lastGood = nil
        bad = 0
    }
}
