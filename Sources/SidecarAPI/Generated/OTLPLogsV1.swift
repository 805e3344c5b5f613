// Made from proto/opentelemetry/proto/logs/v1/logs.proto by scripts/generate-proto. Not edited by hand.

internal import CProtobufC
internal import CSidecarProto
internal import GRPCLite

/// OTLP: logs.
package enum OTLPLogsV1 {}

extension OTLPLogsV1 {
    /// How grave a line is; each name has three more numbers above it, which are never sent.
    package enum SeverityNumber: RawRepresentable, Hashable, Sendable {
        case unspecified
        case trace
        case debug
        case info
        /// Between information and a warning: a notice.
        case info2
        case warn
        case error
        case fatal
        /// A number that this version has no name for.
        case unrecognized(Int32)

        package init(rawValue: Int32) {
            switch rawValue {
            case 0: self = .unspecified
            case 1: self = .trace
            case 5: self = .debug
            case 9: self = .info
            case 10: self = .info2
            case 13: self = .warn
            case 17: self = .error
            case 21: self = .fatal
            default: self = .unrecognized(rawValue)
            }
        }

        package var rawValue: Int32 {
            switch self {
            case .unspecified: 0
            case .trace: 1
            case .debug: 5
            case .info: 9
            case .info2: 10
            case .warn: 13
            case .error: 17
            case .fatal: 21
            case .unrecognized(let rawValue): rawValue
            }
        }
    }

    /// The lines of one resource.
    package struct ResourceLogs: Equatable, Sendable {
        package var resource: OTLPResourceV1.Resource?
        package var scopeLogs: [OTLPLogsV1.ScopeLogs]

        package init(resource: OTLPResourceV1.Resource? = nil, scopeLogs: [OTLPLogsV1.ScopeLogs] = []) {
            self.resource = resource
            self.scopeLogs = scopeLogs
        }
    }

    /// The lines of one scope: of one logger.
    package struct ScopeLogs: Equatable, Sendable {
        package var scope: OTLPCommonV1.InstrumentationScope?
        package var logRecords: [OTLPLogsV1.LogRecord]

        package init(scope: OTLPCommonV1.InstrumentationScope? = nil, logRecords: [OTLPLogsV1.LogRecord] = []) {
            self.scope = scope
            self.logRecords = logRecords
        }
    }

    /// One line.
    package struct LogRecord: Equatable, Sendable {
        /// Nanoseconds since 1970.
        package var timeUnixNano: UInt64
        package var observedTimeUnixNano: UInt64
        package var severityNumber: OTLPLogsV1.SeverityNumber
        package var severityText: String
        package var body: OTLPCommonV1.AnyValue?
        package var attributes: [OTLPCommonV1.KeyValue]
        /// 16 bytes, or empty outside of a trace.
        package var traceID: [UInt8]

        package init(
            timeUnixNano: UInt64 = 0, observedTimeUnixNano: UInt64 = 0,
            severityNumber: OTLPLogsV1.SeverityNumber = .unspecified, severityText: String = "",
            body: OTLPCommonV1.AnyValue? = nil, attributes: [OTLPCommonV1.KeyValue] = [], traceID: [UInt8] = []
        ) {
            self.timeUnixNano = timeUnixNano
            self.observedTimeUnixNano = observedTimeUnixNano
            self.severityNumber = severityNumber
            self.severityText = severityText
            self.body = body
            self.attributes = attributes
            self.traceID = traceID
        }
    }

}

extension OTLPLogsV1.ResourceLogs: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Logs__V1__ResourceLogs>) {
        unsafe opentelemetry__proto__logs__v1__resource_logs__init(c)
    }

    init(copying c: UnsafePointer<Opentelemetry__Proto__Logs__V1__ResourceLogs>, in arena: Arena) throws(MessageFailure)
    {
        resource = try unsafe arena.message(at: c.pointee.resource)
        scopeLogs = try unsafe arena.messages(at: c.pointee.scope_logs, count: c.pointee.n_scope_logs)
    }

    func fill(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Logs__V1__ResourceLogs>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.resource = try arena.place(resource)
        unsafe c.pointee.n_scope_logs = scopeLogs.count
        unsafe c.pointee.scope_logs = try arena.place(scopeLogs)
    }
}

extension OTLPLogsV1.ScopeLogs: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Logs__V1__ScopeLogs>) {
        unsafe opentelemetry__proto__logs__v1__scope_logs__init(c)
    }

    init(copying c: UnsafePointer<Opentelemetry__Proto__Logs__V1__ScopeLogs>, in arena: Arena) throws(MessageFailure) {
        scope = try unsafe arena.message(at: c.pointee.scope)
        logRecords = try unsafe arena.messages(at: c.pointee.log_records, count: c.pointee.n_log_records)
    }

    func fill(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Logs__V1__ScopeLogs>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.scope = try arena.place(scope)
        unsafe c.pointee.n_log_records = logRecords.count
        unsafe c.pointee.log_records = try arena.place(logRecords)
    }
}

extension OTLPLogsV1.LogRecord: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Logs__V1__LogRecord>) {
        unsafe opentelemetry__proto__logs__v1__log_record__init(c)
    }

    init(copying c: UnsafePointer<Opentelemetry__Proto__Logs__V1__LogRecord>, in arena: Arena) throws(MessageFailure) {
        timeUnixNano = unsafe c.pointee.time_unix_nano
        observedTimeUnixNano = unsafe c.pointee.observed_time_unix_nano
        severityNumber = unsafe OTLPLogsV1.SeverityNumber(
            rawValue: Int32(bitPattern: c.pointee.severity_number.rawValue))
        severityText = try unsafe arena.string(at: c.pointee.severity_text)
        body = try unsafe arena.message(at: c.pointee.body)
        attributes = try unsafe arena.messages(at: c.pointee.attributes, count: c.pointee.n_attributes)
        traceID = unsafe arena.blob(at: c.pointee.trace_id)
    }

    func fill(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Logs__V1__LogRecord>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.time_unix_nano = timeUnixNano
        unsafe c.pointee.observed_time_unix_nano = observedTimeUnixNano
        unsafe c.pointee.severity_number = Opentelemetry__Proto__Logs__V1__SeverityNumber(
            rawValue: UInt32(bitPattern: severityNumber.rawValue))
        unsafe c.pointee.severity_text = try arena.place(severityText)
        unsafe c.pointee.body = try arena.place(body)
        unsafe c.pointee.n_attributes = attributes.count
        unsafe c.pointee.attributes = try arena.place(attributes)
        unsafe c.pointee.trace_id = try arena.place(traceID)
    }
}
