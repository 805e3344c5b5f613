/// The last round trips, for the timeout of the next probe (facts/gossip.md §1.6).
struct RoundTrips: Sendable {
    private static let sampleCount = 32
    private var samples: [Duration] = []
    private var next = 0

    mutating func add(_ sample: Duration) {
        if samples.count < Self.sampleCount {
            samples.append(sample)
        } else {
            samples[next] = sample
            next = (next + 1) % Self.sampleCount
        }
    }

    /// Three times the slowest of them within the bounds; the upper bound until there is one.
    func timeout(within bounds: ClosedRange<Duration>) -> Duration {
        guard let slowest = samples.max() else { return bounds.upperBound }
        return min(bounds.upperBound, max(bounds.lowerBound, slowest * 3))
    }
}
