/// One metric at one moment: its name with all its series, in the order of the page.
package struct MetricSnapshot: Sendable {
    /// Label values with their number.
    package struct Series<Value: Sendable>: Sendable {
        package var labels: MetricRegistry.Labels
        package var value: Value
    }

    /// By kind; all series of a name are of one.
    package enum Numbers: Sendable {
        case counters([Series<Int>])
        case gauges([Series<Int>])
        /// Of seconds.
        case histograms([Series<Histogram.Snapshot>])
    }

    package var name: String
    package var help: String
    package var numbers: Numbers
}
