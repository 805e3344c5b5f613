// Made from proto/opentelemetry/proto/collector/metrics/v1/metrics_service.proto by scripts/generate-proto. Not edited by hand.

internal import CProtobufC
internal import CSidecarProto
internal import GRPCLite

/// OTLP: how metrics reach a collector.
package enum OTLPCollectorMetricsV1 {}

extension OTLPCollectorMetricsV1 {
    /// What all metrics were at one moment.
    package struct ExportMetricsServiceRequest: Equatable, Sendable {
        package var resourceMetrics: [OTLPMetricsV1.ResourceMetrics]

        package init(resourceMetrics: [OTLPMetricsV1.ResourceMetrics] = []) {
            self.resourceMetrics = resourceMetrics
        }
    }

    /// The report was taken, wholly or in part.
    package struct ExportMetricsServiceResponse: Equatable, Sendable {
        /// Set when data points were not taken.
        package var partialSuccess: OTLPCollectorMetricsV1.ExportMetricsPartialSuccess?

        package init(partialSuccess: OTLPCollectorMetricsV1.ExportMetricsPartialSuccess? = nil) {
            self.partialSuccess = partialSuccess
        }
    }

    /// Which part was not taken.
    package struct ExportMetricsPartialSuccess: Equatable, Sendable {
        package var rejectedDataPoints: Int64
        package var errorMessage: String

        package init(rejectedDataPoints: Int64 = 0, errorMessage: String = "") {
            self.rejectedDataPoints = rejectedDataPoints
            self.errorMessage = errorMessage
        }
    }

}

extension OTLPCollectorMetricsV1.ExportMetricsServiceRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(
        _ c: UnsafeMutablePointer<Opentelemetry__Proto__Collector__Metrics__V1__ExportMetricsServiceRequest>
    ) {
        unsafe opentelemetry__proto__collector__metrics__v1__export_metrics_service_request__init(c)
    }

    init(
        copying c: UnsafePointer<Opentelemetry__Proto__Collector__Metrics__V1__ExportMetricsServiceRequest>,
        in arena: Arena
    ) throws(MessageFailure) {
        resourceMetrics = try unsafe arena.messages(at: c.pointee.resource_metrics, count: c.pointee.n_resource_metrics)
    }

    func fill(
        _ c: UnsafeMutablePointer<Opentelemetry__Proto__Collector__Metrics__V1__ExportMetricsServiceRequest>,
        in arena: Arena
    ) throws(MessageFailure) {
        unsafe c.pointee.n_resource_metrics = resourceMetrics.count
        unsafe c.pointee.resource_metrics = try arena.place(resourceMetrics)
    }
}

extension OTLPCollectorMetricsV1.ExportMetricsServiceResponse: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(
        _ c: UnsafeMutablePointer<Opentelemetry__Proto__Collector__Metrics__V1__ExportMetricsServiceResponse>
    ) {
        unsafe opentelemetry__proto__collector__metrics__v1__export_metrics_service_response__init(c)
    }

    init(
        copying c: UnsafePointer<Opentelemetry__Proto__Collector__Metrics__V1__ExportMetricsServiceResponse>,
        in arena: Arena
    ) throws(MessageFailure) {
        partialSuccess = try unsafe arena.message(at: c.pointee.partial_success)
    }

    func fill(
        _ c: UnsafeMutablePointer<Opentelemetry__Proto__Collector__Metrics__V1__ExportMetricsServiceResponse>,
        in arena: Arena
    ) throws(MessageFailure) {
        unsafe c.pointee.partial_success = try arena.place(partialSuccess)
    }
}

extension OTLPCollectorMetricsV1.ExportMetricsPartialSuccess: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(
        _ c: UnsafeMutablePointer<Opentelemetry__Proto__Collector__Metrics__V1__ExportMetricsPartialSuccess>
    ) {
        unsafe opentelemetry__proto__collector__metrics__v1__export_metrics_partial_success__init(c)
    }

    init(
        copying c: UnsafePointer<Opentelemetry__Proto__Collector__Metrics__V1__ExportMetricsPartialSuccess>,
        in arena: Arena
    ) throws(MessageFailure) {
        rejectedDataPoints = unsafe c.pointee.rejected_data_points
        errorMessage = try unsafe arena.string(at: c.pointee.error_message)
    }

    func fill(
        _ c: UnsafeMutablePointer<Opentelemetry__Proto__Collector__Metrics__V1__ExportMetricsPartialSuccess>,
        in arena: Arena
    ) throws(MessageFailure) {
        unsafe c.pointee.rejected_data_points = rejectedDataPoints
        unsafe c.pointee.error_message = try arena.place(errorMessage)
    }
}
