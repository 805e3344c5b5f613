internal import SidecarAPI
internal import Telemetry

// Between what a span is here and what OTLP calls it.

extension TraceSpan {
    var message: OTLPTraceV1.Span {
        OTLPTraceV1.Span(
            traceID: context.trace.bytes, spanID: context.span.bytes, parentSpanID: parent?.bytes ?? [],
            flags: context.isSampled ? 1 : 0, name: name, kind: kind.message, startTimeUnixNano: startUnixNanos,
            endTimeUnixNano: endUnixNanos, attributes: attributes.map(\.message), links: links.map(\.linkMessage),
            status: failure.map { OTLPTraceV1.Status(message: $0, code: .error) })
    }
}

extension TraceSpan.Kind {
    fileprivate var message: OTLPTraceV1.Span.SpanKind {
        switch self {
        case .internal: .internal
        case .server: .server
        case .client: .client
        }
    }
}

extension TraceSpan.Attribute {
    var message: OTLPCommonV1.KeyValue {
        OTLPCommonV1.KeyValue(key: name, value: value.message)
    }
}

extension TraceSpan.Value {
    var message: OTLPCommonV1.AnyValue {
        let value: OTLPCommonV1.AnyValue.Value =
            switch self {
            case .text(let text): .stringValue(text)
            case .number(let number): .intValue(number)
            case .flag(let flag): .boolValue(flag)
            }
        return OTLPCommonV1.AnyValue(value: value)
    }
}

extension TraceContext {
    fileprivate var linkMessage: OTLPTraceV1.Span.Link {
        OTLPTraceV1.Span.Link(traceID: trace.bytes, spanID: span.bytes)
    }
}
