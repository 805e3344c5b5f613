/// How long after the start of a failed attempt the next one may start. gRPC, “Connection Backoff”.
package struct ConnectBackoff: Sendable, Equatable {
    /// After the first failure.
    package var initial: Duration = .seconds(1)
    /// Each failure in a row makes it that many times as long.
    package var multiplier = 1.6
    /// Up to this.
    package var longest: Duration = .seconds(120)
    /// And then up to that share more or less, so that not everybody comes back at once.
    package var jitter = 0.2
    /// An attempt has at least this long, whatever the wait.
    package var shortestAttempt: Duration = .seconds(20)

    package init() {}

    /// - Parameter failures: in a row; at least 1.
    package func delay(after failures: Int, using dice: inout some RandomNumberGenerator) -> Duration {
        // 53 bits of a throw are all that fit: from 0 up to 1.
        let throwOfDice = Double(dice.next() >> 11) / Double(1 << 53)
        return base(after: failures) * (1 + jitter * (2 * throwOfDice - 1))
    }

    /// Without the jitter.
    func base(after failures: Int) -> Duration {
        var delay = initial
        for _ in 1..<max(failures, 1) where delay < longest { delay = delay * multiplier }
        return min(delay, longest)
    }

    /// What the next attempt may take.
    func attemptLimit(after failures: Int) -> Duration {
        max(shortestAttempt, failures == 0 ? .zero : base(after: failures))
    }
}
