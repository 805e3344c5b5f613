/// When to ask again: soon while nothing has been found yet, then steadily and for ever.
///
/// For ever, since an answer from before a restart of the whole fleet holds only addresses that are gone; with jitter, so
/// that a fleet which started together does not ask together.
package struct DiscoverySchedule: Sendable, Equatable {
    /// Between two questions once there was an answer.
    package var interval: Duration = .seconds(10)
    /// How far a wait may differ from that, as a share of it, each way. 0 to 1.
    package var jitter = 0.2
    /// The first wait after an empty answer, and the longest; doubled in between.
    package var firstRetry: Duration = .milliseconds(200)
    package var longestRetry: Duration = .seconds(5)

    private var hasFound = false
    private var emptyAnswers = 0

    package init() {}

    /// - Returns: how long to wait after an answer of so many addresses.
    package mutating func wait(
        afterFinding count: Int, using dice: inout some RandomNumberGenerator
    ) -> Duration {
        if count > 0 { hasFound = true }
        if hasFound { return jittered(interval, using: &dice) }
        // No later answer is waited for longer than the limit, however often it is doubled.
        let wait = min(firstRetry * (1 << min(emptyAnswers, 20)), longestRetry)
        emptyAnswers += 1
        return jittered(wait, using: &dice)
    }

    private func jittered(_ wait: Duration, using dice: inout some RandomNumberGenerator) -> Duration {
        let share = min(max(jitter, 0), 1)
        return wait * Double.random(in: 1 - share...1 + share, using: &dice)
    }
}
