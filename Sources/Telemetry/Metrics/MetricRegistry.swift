internal import Synchronization

/// Every counter, gauge and histogram of one process, and the page that shows them.
///
/// A metric is a name; a *series* is a name with its label values. Asking twice for the same series gives the same
/// object, so whoever counts may ask once at start and keep what it got. Label values must come from a small fixed set
/// of words (never from what a client sent): series are kept for the life of the process.
package final class MetricRegistry: Sendable {
    /// Label names with their values, in the order in which they are shown.
    package typealias Labels = [(String, String)]

    private let families = Mutex<[String: MetricFamily]>([:])

    package init() {}

    /// A number that only grows. By custom its name ends in `_total`.
    package func counter(_ name: String, help: String, labels: Labels = []) -> Counter {
        series(name, help: help, labels: labels, make: Counter()) { series in
            if case .counter(let counter) = series { counter } else { nil }
        }
    }

    /// A number that rises and falls.
    package func gauge(_ name: String, help: String, labels: Labels = []) -> Gauge {
        series(name, help: help, labels: labels, make: Gauge()) { series in
            if case .gauge(let gauge) = series { gauge } else { nil }
        }
    }

    /// A distribution of durations in seconds. By custom its name ends in `_seconds`.
    ///
    /// - Parameter buckets: upper bounds in seconds, inclusive; sorted here, and `+Inf` is always added.
    package func histogram(
        _ name: String, help: String, buckets: [Double] = Histogram.defaultBuckets, labels: Labels = []
    ) -> Histogram {
        series(name, help: help, labels: labels, make: Histogram(buckets: buckets)) { series in
            if case .histogram(let histogram) = series { histogram } else { nil }
        }
    }

    /// The page in Prometheus' text format 0.0.4, families by name and series by labels, so two pages can be compared.
    package func exposition() -> String {
        sorted.map { $0.exposition() }.joined()
    }

    /// What the page shows, for other ways to tell it.
    package func snapshot() -> [MetricSnapshot] {
        sorted.compactMap { $0.snapshot() }
    }

    private var sorted: [MetricFamily] {
        families.withLock { Array($0.values) }.sorted { $0.name < $1.name }
    }

    /// Finds or makes a series. A name already used for another kind of metric is our own mistake: loud in debug, and in
    /// release the caller counts on an object that no page shows.
    private func series<Metric: MetricSeries & Sendable>(
        _ name: String, help: String, labels: Labels, make fresh: @autoclosure () -> Metric,
        as cast: (MetricFamily.Series) -> Metric?
    ) -> Metric {
        families.withLock { families in
            let key = MetricFamily.Key(labels)
            if let known = families[name]?.series[key] {
                if let metric = cast(known) { return metric }
                assertionFailure("metric \(name) is used as two kinds")
                return fresh()
            }
            let metric = fresh()
            families[name, default: MetricFamily(name: name, help: help)].series[key] = metric.asSeries
            return metric
        }
    }
}
