internal import Synchronization

/// A number that only grows. Wraps around at 2^63, which no process lives to see.
package final class Counter: Sendable, MetricSeries {
    private let total = Atomic<Int>(0)

    package init() {}

    package var value: Int { total.load(ordering: .relaxed) }

    /// - Parameter amount: at least 0; a negative amount is our own mistake and is ignored in release.
    package func add(_ amount: Int = 1) {
        assert(amount >= 0, "a counter only grows")
        total.wrappingAdd(max(amount, 0), ordering: .relaxed)
    }

    /// For a total that somebody else keeps. Going back is their mistake and is ignored.
    package func raise(to total: Int) {
        var known = self.total.load(ordering: .relaxed)
        while known < total {
            let (done, present) = self.total.weakCompareExchange(expected: known, desired: total, ordering: .relaxed)
            if done { return }
            known = present
        }
    }

    var asSeries: MetricFamily.Series { .counter(self) }
}
