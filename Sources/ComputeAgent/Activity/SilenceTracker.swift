/// Tells a Postgres that hangs from one that is slow: nothing at all came back for some time and for some looks. Both,
/// because after this machine itself has slept the first look finds a long time gone by.
package struct SilenceTracker: Sendable {
    /// Looks in a row that must have failed.
    package static let leastLooks = 3

    private let limit: Duration
    private var since: ContinuousClock.Instant?
    private var looks = 0

    package init(limit: Duration) {
        self.limit = limit
    }

    /// Something came back.
    package mutating func heard() {
        (since, looks) = (nil, 0)
    }

    /// A look failed.
    ///
    /// - Returns: how long the silence has lasted, once that is too long.
    package mutating func missed(at now: ContinuousClock.Instant) -> Duration? {
        let began = since ?? now
        since = began
        looks += 1
        let length = began.duration(to: now)
        return looks >= Self.leastLooks && length >= limit ? length : nil
    }
}
