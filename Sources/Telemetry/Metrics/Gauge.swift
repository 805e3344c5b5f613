internal import Synchronization

/// A number that rises and falls, such as the sessions now open.
package final class Gauge: Sendable, MetricSeries {
    private let current = Atomic<Int>(0)

    package init() {}

    package var value: Int { current.load(ordering: .relaxed) }

    package func set(_ value: Int) {
        current.store(value, ordering: .relaxed)
    }

    /// - Parameter amount: may be negative.
    package func add(_ amount: Int = 1) {
        current.wrappingAdd(amount, ordering: .relaxed)
    }

    var asSeries: MetricFamily.Series { .gauge(self) }
}
