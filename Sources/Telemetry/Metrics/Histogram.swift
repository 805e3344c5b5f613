internal import Synchronization

/// A distribution of durations, kept as one count per bucket.
package final class Histogram: Sendable, MetricSeries {
    /// From half a millisecond (a warm login) to thirty seconds (the default deadline of a wake).
    package static let defaultBuckets = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
    ]

    /// What was recorded so far, all of one moment.
    package struct Snapshot: Sendable {
        /// Upper bound in seconds, and how many records were at or below it; the last bound is infinity.
        package var cumulative: [(bound: Double, count: Int)]
        /// Seconds.
        package var sum: Double
        package var count: Int
    }

    private struct State {
        var counts: [Int]
        var sum = 0.0
    }

    private let bounds: [Double]
    private let state: Mutex<State>

    package init(buckets: [Double] = Histogram.defaultBuckets) {
        let bounds = buckets.filter(\.isFinite).sorted() + [.infinity]
        self.bounds = bounds
        state = Mutex(State(counts: Array(repeating: 0, count: bounds.count)))
    }

    /// Not a number is counted as zero seconds, so that the sum stays a number.
    package func record(seconds: Double) {
        let seconds = seconds.isNaN ? 0 : seconds
        let bucket = bounds.firstIndex { seconds <= $0 } ?? bounds.count - 1
        state.withLock { state in
            state.counts[bucket] += 1
            state.sum += seconds
        }
    }

    package func record(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        record(seconds: Double(seconds) + Double(attoseconds) / 1e18)
    }

    package func snapshot() -> Snapshot {
        let state = state.withLock { $0 }
        var running = 0
        let cumulative = zip(bounds, state.counts).map { bound, count in
            running += count
            return (bound: bound, count: running)
        }
        return Snapshot(cumulative: cumulative, sum: state.sum, count: running)
    }

    var asSeries: MetricFamily.Series { .histogram(self) }
}
