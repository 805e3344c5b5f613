internal import Synchronization

/// A bucket for everybody who tries, as far as there is room to remember them: whoever has not tried for longest is
/// forgotten first, and begins with a whole burst again. Time is an argument.
package struct AttemptMeter<Key: Hashable & Sendable>: Sendable {
    package typealias Instant = ContinuousClock.Instant

    /// A bucket that nobody has touched for so long is empty at any rate that makes sense.
    private static var timeToLive: Duration { .seconds(3600) }

    private var buckets: TimedLRU<Key, LeakyBucket>

    package init(keyLimit: Int) {
        buckets = TimedLRU(CacheLimits(size: keyLimit, timeToLive: Self.timeToLive))
    }

    package var count: Int { buckets.count }

    /// - Returns: `nil` when one more is let through; else how long until it would be.
    package mutating func take(_ key: Key, _ rate: AttemptRate, now: Instant) -> Duration? {
        var bucket = buckets.touch(key, now: now) ?? LeakyBucket(at: now)
        if let wait = bucket.take(at: now, rate) { return wait }
        buckets.insert(bucket, for: key, now: now)
        return nil
    }
}

/// An ``AttemptMeter`` for everybody at once.
package final class AttemptLimiter<Key: Hashable & Sendable>: Sendable {
    /// Keys remembered: some megabyte.
    package static var keyLimit: Int { 16_384 }

    private let rate: AttemptRate?
    private let meter = Mutex(AttemptMeter<Key>(keyLimit: AttemptLimiter<Key>.keyLimit))

    /// - Parameter rate: for everybody who has none of their own. `nil`: no limit.
    package init(_ rate: AttemptRate?) {
        self.rate = rate
    }

    /// - Returns: `nil` when one more is let through; else how long until it would be.
    package func take(_ key: Key, own: AttemptRate? = nil) -> Duration? {
        guard let rate = own ?? rate else { return nil }
        return meter.withLock { $0.take(key, rate, now: .now) }
    }
}
