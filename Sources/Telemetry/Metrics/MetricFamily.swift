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

    var name: String
    var help: String
    /// By the text between the braces, which is empty when there are no labels.
    var series: [String: Series] = [:]

    /// `# HELP`, `# TYPE`, then one line or more per series. Prometheus, “Text-based format”.
    func exposition() -> String {
        let sorted = series.sorted { $0.key < $1.key }
        guard let typeName = sorted.first?.value.typeName else { return "" }
        var page = "# HELP \(name) \(Self.escapedHelp(help))\n# TYPE \(name) \(typeName)\n"
        for (labels, series) in sorted {
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
    static func labelText(_ labels: MetricRegistry.Labels) -> String {
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
