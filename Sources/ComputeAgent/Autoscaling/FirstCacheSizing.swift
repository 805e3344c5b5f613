/// The first size of the local file cache, which nobody asks for: tried until it is had, and not at every look at memory.
package struct FirstCacheSizing {
    /// Each failed one has Postgres read its files, and is a line in the log.
    package static let pause: Duration = .seconds(5)

    private var isDone = false
    private var next: ContinuousClock.Instant?

    package init() {}

    package func isDue(at now: ContinuousClock.Instant) -> Bool { !isDone && next.map { now >= $0 } ?? true }

    package mutating func tried(succeeded: Bool, at now: ContinuousClock.Instant) {
        isDone = succeeded
        next = now + Self.pause
    }
}
