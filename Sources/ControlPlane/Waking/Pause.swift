/// How long to leave something alone: `atLeast`, and then as much of `spread` as dice say, so that those who were turned
/// away together do not come back together.
package struct Pause: Equatable, Sendable {
    package var atLeast: Duration
    package var spread: Duration

    package init(atLeast: Duration, spread: Duration) {
        self.atLeast = atLeast
        self.spread = spread
    }

    /// After the nth failure in a row (from 1) of something that is worth trying again.
    ///
    /// - Parameter retryAfter: what the other side asked for.
    package init(afterFailures failures: Int, retryAfter: Duration? = nil) {
        let longest = min(Self.longest, Self.first * (1 << min(max(failures - 1, 0), 16)))
        // Whoever says when means it for everybody, who must not all come at that moment.
        self.init(atLeast: retryAfter ?? .zero, spread: retryAfter == nil ? longest : max(longest, Self.first))
    }

    package static let first = Duration.milliseconds(100)
    package static let longest = Duration.seconds(15)

    package func duration(using dice: inout some RandomNumberGenerator) -> Duration {
        atLeast + spread * Double.random(in: 0...1, using: &dice)
    }
}
