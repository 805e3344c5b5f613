internal import SidecarAPI
internal import Telemetry

// Between what a log line is here and what OTLP calls it.

extension LogLine {
    var record: OTLPLogsV1.LogRecord {
        let nanos = UInt64(clamping: unixMillis) * 1_000_000
        let shown = fields.filter { $0.name != Self.traceField }
        return OTLPLogsV1.LogRecord(
            timeUnixNano: nanos, observedTimeUnixNano: nanos, severityNumber: severity, severityText: level,
            body: TraceSpan.Value.text(Self.fit(message)).message,
            attributes: shown.map { TraceSpan.Attribute($0.name, .text(Self.fit($0.value))).message },
            traceID: fields.first { $0.name == Self.traceField }.flatMap { TraceID(text: $0.value)?.bytes } ?? [])
    }

    private var severity: OTLPLogsV1.SeverityNumber {
        switch level {
        case "trace": .trace
        case "debug": .debug
        case "info": .info
        case "notice": .info2
        case "warning": .warn
        case "error": .error
        case "critical": .fatal
        default: .unspecified
        }
    }
}
