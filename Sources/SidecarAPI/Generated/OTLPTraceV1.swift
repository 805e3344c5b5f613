// Made from proto/opentelemetry/proto/trace/v1/trace.proto by scripts/generate-proto. Not edited by hand.

internal import CProtobufC
internal import CSidecarProto
internal import GRPCLite

/// OTLP: spans.
package enum OTLPTraceV1 {}

extension OTLPTraceV1 {
    /// The spans of one resource.
    package struct ResourceSpans: Equatable, Sendable {
        package var resource: OTLPResourceV1.Resource?
        package var scopeSpans: [OTLPTraceV1.ScopeSpans]

        package init(resource: OTLPResourceV1.Resource? = nil, scopeSpans: [OTLPTraceV1.ScopeSpans] = []) {
            self.resource = resource
            self.scopeSpans = scopeSpans
        }
    }

    /// The spans of one scope.
    package struct ScopeSpans: Equatable, Sendable {
        package var scope: OTLPCommonV1.InstrumentationScope?
        package var spans: [OTLPTraceV1.Span]

        package init(scope: OTLPCommonV1.InstrumentationScope? = nil, spans: [OTLPTraceV1.Span] = []) {
            self.scope = scope
            self.spans = spans
        }
    }

    /// One operation of a trace.
    package struct Span: Equatable, Sendable {
        /// A span elsewhere that has to do with this one, and is not its parent.
        package struct Link: Equatable, Sendable {
            package var traceID: [UInt8]
            package var spanID: [UInt8]
            package var traceState: String
            package var attributes: [OTLPCommonV1.KeyValue]

            package init(
                traceID: [UInt8] = [], spanID: [UInt8] = [], traceState: String = "",
                attributes: [OTLPCommonV1.KeyValue] = []
            ) {
                self.traceID = traceID
                self.spanID = spanID
                self.traceState = traceState
                self.attributes = attributes
            }
        }

        /// On which side of a call.
        package enum SpanKind: RawRepresentable, Hashable, Sendable {
            case unspecified
            case `internal`
            case server
            case client
            case producer
            case consumer
            /// A number that this version has no name for.
            case unrecognized(Int32)

            package init(rawValue: Int32) {
                switch rawValue {
                case 0: self = .unspecified
                case 1: self = .`internal`
                case 2: self = .server
                case 3: self = .client
                case 4: self = .producer
                case 5: self = .consumer
                default: self = .unrecognized(rawValue)
                }
            }

            package var rawValue: Int32 {
                switch self {
                case .unspecified: 0
                case .`internal`: 1
                case .server: 2
                case .client: 3
                case .producer: 4
                case .consumer: 5
                case .unrecognized(let rawValue): rawValue
                }
            }
        }

        /// 16 bytes, not all zero.
        package var traceID: [UInt8]
        /// 8 bytes, not all zero.
        package var spanID: [UInt8]
        package var traceState: String
        /// Empty for the first span of a trace.
        package var parentSpanID: [UInt8]
        /// The lowest eight bits are W3C's trace flags.
        package var flags: UInt32
        package var name: String
        package var kind: OTLPTraceV1.Span.SpanKind
        /// Nanoseconds since 1970-01-01 UTC.
        package var startTimeUnixNano: UInt64
        package var endTimeUnixNano: UInt64
        package var attributes: [OTLPCommonV1.KeyValue]
        package var links: [OTLPTraceV1.Span.Link]
        package var status: OTLPTraceV1.Status?

        package init(
            traceID: [UInt8] = [], spanID: [UInt8] = [], traceState: String = "", parentSpanID: [UInt8] = [],
            flags: UInt32 = 0, name: String = "", kind: OTLPTraceV1.Span.SpanKind = .unspecified,
            startTimeUnixNano: UInt64 = 0, endTimeUnixNano: UInt64 = 0, attributes: [OTLPCommonV1.KeyValue] = [],
            links: [OTLPTraceV1.Span.Link] = [], status: OTLPTraceV1.Status? = nil
        ) {
            self.traceID = traceID
            self.spanID = spanID
            self.traceState = traceState
            self.parentSpanID = parentSpanID
            self.flags = flags
            self.name = name
            self.kind = kind
            self.startTimeUnixNano = startTimeUnixNano
            self.endTimeUnixNano = endTimeUnixNano
            self.attributes = attributes
            self.links = links
            self.status = status
        }
    }

    /// How an operation ended.
    package struct Status: Equatable, Sendable {
        /// What became of it.
        package enum StatusCode: RawRepresentable, Hashable, Sendable {
            case unset
            case ok
            case error
            /// A number that this version has no name for.
            case unrecognized(Int32)

            package init(rawValue: Int32) {
                switch rawValue {
                case 0: self = .unset
                case 1: self = .ok
                case 2: self = .error
                default: self = .unrecognized(rawValue)
                }
            }

            package var rawValue: Int32 {
                switch self {
                case .unset: 0
                case .ok: 1
                case .error: 2
                case .unrecognized(let rawValue): rawValue
                }
            }
        }

        /// For people; of errors alone.
        package var message: String
        package var code: OTLPTraceV1.Status.StatusCode

        package init(message: String = "", code: OTLPTraceV1.Status.StatusCode = .unset) {
            self.message = message
            self.code = code
        }
    }

}

extension OTLPTraceV1.ResourceSpans: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Trace__V1__ResourceSpans>) {
        unsafe opentelemetry__proto__trace__v1__resource_spans__init(c)
    }

    init(copying c: UnsafePointer<Opentelemetry__Proto__Trace__V1__ResourceSpans>, in arena: Arena)
        throws(MessageFailure)
    {
        resource = try unsafe arena.message(at: c.pointee.resource)
        scopeSpans = try unsafe arena.messages(at: c.pointee.scope_spans, count: c.pointee.n_scope_spans)
    }

    func fill(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Trace__V1__ResourceSpans>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.resource = try arena.place(resource)
        unsafe c.pointee.n_scope_spans = scopeSpans.count
        unsafe c.pointee.scope_spans = try arena.place(scopeSpans)
    }
}

extension OTLPTraceV1.ScopeSpans: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Trace__V1__ScopeSpans>) {
        unsafe opentelemetry__proto__trace__v1__scope_spans__init(c)
    }

    init(copying c: UnsafePointer<Opentelemetry__Proto__Trace__V1__ScopeSpans>, in arena: Arena) throws(MessageFailure)
    {
        scope = try unsafe arena.message(at: c.pointee.scope)
        spans = try unsafe arena.messages(at: c.pointee.spans, count: c.pointee.n_spans)
    }

    func fill(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Trace__V1__ScopeSpans>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.scope = try arena.place(scope)
        unsafe c.pointee.n_spans = spans.count
        unsafe c.pointee.spans = try arena.place(spans)
    }
}

extension OTLPTraceV1.Span: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Trace__V1__Span>) {
        unsafe opentelemetry__proto__trace__v1__span__init(c)
    }

    init(copying c: UnsafePointer<Opentelemetry__Proto__Trace__V1__Span>, in arena: Arena) throws(MessageFailure) {
        traceID = unsafe arena.blob(at: c.pointee.trace_id)
        spanID = unsafe arena.blob(at: c.pointee.span_id)
        traceState = try unsafe arena.string(at: c.pointee.trace_state)
        parentSpanID = unsafe arena.blob(at: c.pointee.parent_span_id)
        flags = unsafe c.pointee.flags
        name = try unsafe arena.string(at: c.pointee.name)
        kind = unsafe OTLPTraceV1.Span.SpanKind(rawValue: Int32(bitPattern: c.pointee.kind.rawValue))
        startTimeUnixNano = unsafe c.pointee.start_time_unix_nano
        endTimeUnixNano = unsafe c.pointee.end_time_unix_nano
        attributes = try unsafe arena.messages(at: c.pointee.attributes, count: c.pointee.n_attributes)
        links = try unsafe arena.messages(at: c.pointee.links, count: c.pointee.n_links)
        status = try unsafe arena.message(at: c.pointee.status)
    }

    func fill(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Trace__V1__Span>, in arena: Arena) throws(MessageFailure)
    {
        unsafe c.pointee.trace_id = try arena.place(traceID)
        unsafe c.pointee.span_id = try arena.place(spanID)
        unsafe c.pointee.trace_state = try arena.place(traceState)
        unsafe c.pointee.parent_span_id = try arena.place(parentSpanID)
        unsafe c.pointee.flags = flags
        unsafe c.pointee.name = try arena.place(name)
        unsafe c.pointee.kind = Opentelemetry__Proto__Trace__V1__Span__SpanKind(
            rawValue: UInt32(bitPattern: kind.rawValue))
        unsafe c.pointee.start_time_unix_nano = startTimeUnixNano
        unsafe c.pointee.end_time_unix_nano = endTimeUnixNano
        unsafe c.pointee.n_attributes = attributes.count
        unsafe c.pointee.attributes = try arena.place(attributes)
        unsafe c.pointee.n_links = links.count
        unsafe c.pointee.links = try arena.place(links)
        unsafe c.pointee.status = try arena.place(status)
    }
}

extension OTLPTraceV1.Span.Link: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Trace__V1__Span__Link>) {
        unsafe opentelemetry__proto__trace__v1__span__link__init(c)
    }

    init(copying c: UnsafePointer<Opentelemetry__Proto__Trace__V1__Span__Link>, in arena: Arena) throws(MessageFailure)
    {
        traceID = unsafe arena.blob(at: c.pointee.trace_id)
        spanID = unsafe arena.blob(at: c.pointee.span_id)
        traceState = try unsafe arena.string(at: c.pointee.trace_state)
        attributes = try unsafe arena.messages(at: c.pointee.attributes, count: c.pointee.n_attributes)
    }

    func fill(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Trace__V1__Span__Link>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.trace_id = try arena.place(traceID)
        unsafe c.pointee.span_id = try arena.place(spanID)
        unsafe c.pointee.trace_state = try arena.place(traceState)
        unsafe c.pointee.n_attributes = attributes.count
        unsafe c.pointee.attributes = try arena.place(attributes)
    }
}

extension OTLPTraceV1.Status: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Trace__V1__Status>) {
        unsafe opentelemetry__proto__trace__v1__status__init(c)
    }

    init(copying c: UnsafePointer<Opentelemetry__Proto__Trace__V1__Status>, in arena: Arena) throws(MessageFailure) {
        message = try unsafe arena.string(at: c.pointee.message)
        code = unsafe OTLPTraceV1.Status.StatusCode(rawValue: Int32(bitPattern: c.pointee.code.rawValue))
    }

    func fill(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Trace__V1__Status>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.message = try arena.place(message)
        unsafe c.pointee.code = Opentelemetry__Proto__Trace__V1__Status__StatusCode(
            rawValue: UInt32(bitPattern: code.rawValue))
    }
}
