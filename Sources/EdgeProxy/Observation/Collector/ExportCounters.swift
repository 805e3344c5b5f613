internal import Telemetry

/// How telling the collector goes, for one kind of what it is told.
struct ExportCounters: Sendable {
    let exported: Counter
    let dropped: Counter
    let failures: Counter

    static func spans(_ registry: MetricRegistry) -> ExportCounters {
        ExportCounters(registry, what: "Spans", exported: "sidecar_trace_spans", failures: "sidecar_trace")
    }

    static func logLines(_ registry: MetricRegistry) -> ExportCounters {
        ExportCounters(registry, what: "Log lines", exported: "sidecar_log_lines", failures: "sidecar_log")
    }

    private init(_ registry: MetricRegistry, what: String, exported: String, failures: String) {
        self.exported = registry.counter("\(exported)_exported_total", help: "\(what) that the collector has taken.")
        dropped = registry.counter(
            "\(exported)_dropped_total", help: "\(what) lost to a full queue, or not wanted by the collector.")
        self.failures = Self.failures(registry, failures)
    }

    /// Reports are whole or not at all: what else could be counted is the reports themselves.
    static func metricFailures(_ registry: MetricRegistry) -> Counter { failures(registry, "sidecar_metric") }

    private static func failures(_ registry: MetricRegistry, _ prefix: String) -> Counter {
        registry.counter("\(prefix)_export_failures_total", help: "Calls to the collector that failed.")
    }
}
