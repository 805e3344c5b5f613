/// All series of one metric name, and how they are written.
struct MetricFamily: Sendable {
    /// One set of label values and its number.
    enum Series: Sendable {
        case counter(Counter)
        case gauge(Gauge)
        case histogram(Histogram)

        var typeName: String {
            switch self {
            case .counter: "counter"
            case .gauge: "gauge"
            case .histogram: "histogram"
            }
        }
    }

    /// Labels as a key. Looking a series up makes no text of them.
    struct Key: Hashable, Sendable {
        /// Each name, with its value behind it.
        private let words: [String]

        init(_ labels: MetricRegistry.Labels) {
            var words: [String] = []
            words.reserveCapacity(2 * labels.count)
            for (name, value) in labels {
                words.append(name)
                words.append(value)
            }
            self.words = words
        }

        var labels: MetricRegistry.Labels {
            stride(from: 0, to: words.count, by: 2).map { (words[$0], words[$0 + 1]) }
        }

        /// What stands between the braces; empty when there are no labels.
        var text: String { MetricFamily.labelText(labels) }
    }

    var name: String
    var help: String
    var series: [Key: Series] = [:]

    private var sorted: [(key: Key, text: String, series: Series)] {
        series.map { ($0.key, $0.key.text, $0.value) }.sorted { $0.text < $1.text }
    }

    /// `nil` without any series.
    func snapshot() -> MetricSnapshot? {
        let sorted = sorted
        guard let first = sorted.first else { return nil }
        let numbers: MetricSnapshot.Numbers =
            switch first.series {
            case .counter:
                .counters(Self.each(sorted) { if case .counter(let counter) = $0 { counter.value } else { nil } })
            case .gauge: .gauges(Self.each(sorted) { if case .gauge(let gauge) = $0 { gauge.value } else { nil } })
            case .histogram:
                .histograms(
                    Self.each(sorted) { if case .histogram(let histogram) = $0 { histogram.snapshot() } else { nil } })
            }
        return MetricSnapshot(name: name, help: help, numbers: numbers)
    }

    private static func each<Value: Sendable>(
        _ sorted: [(key: Key, text: String, series: Series)], _ value: (Series) -> Value?
    ) -> [MetricSnapshot.Series<Value>] {
        sorted.compactMap { entry in
            value(entry.series).map { MetricSnapshot.Series(labels: entry.key.labels, value: $0) }
        }
    }

    /// `# HELP`, `# TYPE`, then one line or more per series. Prometheus, “Text-based format”.
    func exposition() -> String {
        let sorted = sorted
        guard let typeName = sorted.first?.series.typeName else { return "" }
        var page = "# HELP \(name) \(Self.escapedHelp(help))\n# TYPE \(name) \(typeName)\n"
        for (_, labels, series) in sorted {
            switch series {
            case .counter(let counter): page += line(labels, "\(counter.value)")
            case .gauge(let gauge): page += line(labels, "\(gauge.value)")
            case .histogram(let histogram): page += lines(labels, histogram.snapshot())
            }
        }
        return page
    }

    private func line(_ labels: String, _ value: String, suffix: String = "") -> String {
        labels.isEmpty ? "\(name)\(suffix) \(value)\n" : "\(name)\(suffix){\(labels)} \(value)\n"
    }

    private func lines(_ labels: String, _ snapshot: Histogram.Snapshot) -> String {
        let prefix = labels.isEmpty ? "" : labels + ","
        var page = ""
        for (bound, count) in snapshot.cumulative {
            let bound = bound.isInfinite ? "+Inf" : "\(bound)"
            page += line("\(prefix)le=\"\(bound)\"", "\(count)", suffix: "_bucket")
        }
        page += line(labels, "\(snapshot.sum)", suffix: "_sum")
        page += line(labels, "\(snapshot.count)", suffix: "_count")
        return page
    }

    /// `a="1",b="2"`, with backslash, quote and line feed escaped in values.
    private static func labelText(_ labels: MetricRegistry.Labels) -> String {
        labels.map { name, value in "\(name)=\"\(escapedValue(value))\"" }.joined(separator: ",")
    }

    private static func escapedValue(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            switch character {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.append(character)
            }
        }
    }

    private static func escapedHelp(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            switch character {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            default: escaped.append(character)
            }
        }
    }
}

/// What the registry can keep.
protocol MetricSeries {
    var asSeries: MetricFamily.Series { get }
}
