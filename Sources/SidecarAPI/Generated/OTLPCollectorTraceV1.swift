// Made from proto/opentelemetry/proto/collector/trace/v1/trace_service.proto by scripts/generate-proto. Not edited by hand.

internal import CProtobufC
internal import CSidecarProto
internal import GRPCLite

/// OTLP: how spans reach a collector.
package enum OTLPCollectorTraceV1 {}

extension OTLPCollectorTraceV1 {
    /// A batch of spans.
    package struct ExportTraceServiceRequest: Equatable, Sendable {
        package var resourceSpans: [OTLPTraceV1.ResourceSpans]

        package init(resourceSpans: [OTLPTraceV1.ResourceSpans] = []) {
            self.resourceSpans = resourceSpans
        }
    }

    /// The batch was taken, wholly or in part.
    package struct ExportTraceServiceResponse: Equatable, Sendable {
        /// Set when spans were not taken.
        package var partialSuccess: OTLPCollectorTraceV1.ExportTracePartialSuccess?

        package init(partialSuccess: OTLPCollectorTraceV1.ExportTracePartialSuccess? = nil) {
            self.partialSuccess = partialSuccess
        }
    }

    /// Which part was not taken.
    package struct ExportTracePartialSuccess: Equatable, Sendable {
        package var rejectedSpans: Int64
        package var errorMessage: String

        package init(rejectedSpans: Int64 = 0, errorMessage: String = "") {
            self.rejectedSpans = rejectedSpans
            self.errorMessage = errorMessage
        }
    }

}

extension OTLPCollectorTraceV1.ExportTraceServiceRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(
        _ c: UnsafeMutablePointer<Opentelemetry__Proto__Collector__Trace__V1__ExportTraceServiceRequest>
    ) {
        unsafe opentelemetry__proto__collector__trace__v1__export_trace_service_request__init(c)
    }

    init(
        copying c: UnsafePointer<Opentelemetry__Proto__Collector__Trace__V1__ExportTraceServiceRequest>, in arena: Arena
    ) throws(MessageFailure) {
        resourceSpans = try unsafe arena.messages(at: c.pointee.resource_spans, count: c.pointee.n_resource_spans)
    }

    func fill(
        _ c: UnsafeMutablePointer<Opentelemetry__Proto__Collector__Trace__V1__ExportTraceServiceRequest>,
        in arena: Arena
    ) throws(MessageFailure) {
        unsafe c.pointee.n_resource_spans = resourceSpans.count
        unsafe c.pointee.resource_spans = try arena.place(resourceSpans)
    }
}

extension OTLPCollectorTraceV1.ExportTraceServiceResponse: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(
        _ c: UnsafeMutablePointer<Opentelemetry__Proto__Collector__Trace__V1__ExportTraceServiceResponse>
    ) {
        unsafe opentelemetry__proto__collector__trace__v1__export_trace_service_response__init(c)
    }

    init(
        copying c: UnsafePointer<Opentelemetry__Proto__Collector__Trace__V1__ExportTraceServiceResponse>,
        in arena: Arena
    ) throws(MessageFailure) {
        partialSuccess = try unsafe arena.message(at: c.pointee.partial_success)
    }

    func fill(
        _ c: UnsafeMutablePointer<Opentelemetry__Proto__Collector__Trace__V1__ExportTraceServiceResponse>,
        in arena: Arena
    ) throws(MessageFailure) {
        unsafe c.pointee.partial_success = try arena.place(partialSuccess)
    }
}

extension OTLPCollectorTraceV1.ExportTracePartialSuccess: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(
        _ c: UnsafeMutablePointer<Opentelemetry__Proto__Collector__Trace__V1__ExportTracePartialSuccess>
    ) {
        unsafe opentelemetry__proto__collector__trace__v1__export_trace_partial_success__init(c)
    }

    init(
        copying c: UnsafePointer<Opentelemetry__Proto__Collector__Trace__V1__ExportTracePartialSuccess>, in arena: Arena
    ) throws(MessageFailure) {
        rejectedSpans = unsafe c.pointee.rejected_spans
        errorMessage = try unsafe arena.string(at: c.pointee.error_message)
    }

    func fill(
        _ c: UnsafeMutablePointer<Opentelemetry__Proto__Collector__Trace__V1__ExportTracePartialSuccess>,
        in arena: Arena
    ) throws(MessageFailure) {
        unsafe c.pointee.rejected_spans = rejectedSpans
        unsafe c.pointee.error_message = try arena.place(errorMessage)
    }
}
