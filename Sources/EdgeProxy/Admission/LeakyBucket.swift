/// Lets through so many a second for good, and so many at once. All it remembers is when it will be empty, so a full
/// table of them is small. Time is an argument.
package struct LeakyBucket: Sendable, Equatable {
    package typealias Instant = ContinuousClock.Instant

    private var emptyAt: Instant

    /// An empty one: it takes a whole burst.
    package init(at now: Instant) {
        emptyAt = now
    }

    /// - Returns: `nil` when one more is let through, and counted; else how long until it would be. Whoever is refused
    ///   fills nothing, so that asking too often does not keep the door shut.
    package mutating func take(at now: Instant, _ rate: AttemptRate) -> Duration? {
        let filled = max(emptyAt, now) + .seconds(1 / rate.perSecond)
        let wait = now.duration(to: filled) - .seconds(rate.burst / rate.perSecond)
        // What rounding leaves over is no reason to refuse.
        guard wait <= .nanoseconds(1) else { return wait }
        emptyAt = filled
        return nil
    }
}
