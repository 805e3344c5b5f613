internal import SidecarAPI
internal import Telemetry

// Between what a metric is here and what OTLP calls it.

/// What a report is of: totals from a start to a moment, in nanoseconds since 1970.
struct MetricMoment {
    var startUnixNanos: UInt64
    var unixNanos: UInt64
}

extension MetricSnapshot {
    private static let secondsSuffix = "_seconds"

    func message(at moment: MetricMoment) -> OTLPMetricsV1.Metric {
        OTLPMetricsV1.Metric(
            name: name, description: help, unit: name.hasSuffix(Self.secondsSuffix) ? "s" : "", data: data(moment))
    }

    private func data(_ moment: MetricMoment) -> OTLPMetricsV1.Metric.Data {
        switch numbers {
        case .counters(let series):
            .sum(
                OTLPMetricsV1.Sum(
                    dataPoints: series.map { Self.point($0, moment) }, aggregationTemporality: .cumulative,
                    isMonotonic: true))
        case .gauges(let series): .gauge(OTLPMetricsV1.Gauge(dataPoints: series.map { Self.point($0, moment) }))
        case .histograms(let series):
            .histogram(
                OTLPMetricsV1.Histogram(
                    dataPoints: series.map { Self.point($0, moment) }, aggregationTemporality: .cumulative))
        }
    }

    private static func point(_ series: Series<Int>, _ moment: MetricMoment) -> OTLPMetricsV1.NumberDataPoint {
        OTLPMetricsV1.NumberDataPoint(
            attributes: attributes(series.labels), startTimeUnixNano: moment.startUnixNanos,
            timeUnixNano: moment.unixNanos, value: .asInt(Int64(series.value)))
    }

    private static func point(
        _ series: Series<Histogram.Snapshot>, _ moment: MetricMoment
    ) -> OTLPMetricsV1.HistogramDataPoint {
        var below = 0
        let counts = series.value.cumulative.map { _, count in
            defer { below = count }
            return UInt64(count - below)
        }
        return OTLPMetricsV1.HistogramDataPoint(
            attributes: attributes(series.labels), startTimeUnixNano: moment.startUnixNanos,
            timeUnixNano: moment.unixNanos, count: UInt64(series.value.count), bucketCounts: counts,
            // The last one is infinity, which OTLP leaves out.
            explicitBounds: series.value.cumulative.dropLast().map(\.bound), total: .sum(series.value.sum))
    }

    private static func attributes(_ labels: MetricRegistry.Labels) -> [OTLPCommonV1.KeyValue] {
        labels.map { TraceSpan.Attribute($0, .text($1)).message }
    }
}
