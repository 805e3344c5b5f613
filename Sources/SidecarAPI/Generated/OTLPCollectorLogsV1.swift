// Made from proto/opentelemetry/proto/collector/logs/v1/logs_service.proto by scripts/generate-proto. Not edited by hand.

internal import CProtobufC
internal import CSidecarProto
internal import GRPCLite

/// OTLP: how logs reach a collector.
package enum OTLPCollectorLogsV1 {}

extension OTLPCollectorLogsV1 {
    /// A batch of lines.
    package struct ExportLogsServiceRequest: Equatable, Sendable {
        package var resourceLogs: [OTLPLogsV1.ResourceLogs]

        package init(resourceLogs: [OTLPLogsV1.ResourceLogs] = []) {
            self.resourceLogs = resourceLogs
        }
    }

    /// The batch was taken, wholly or in part.
    package struct ExportLogsServiceResponse: Equatable, Sendable {
        /// Set when lines were not taken.
        package var partialSuccess: OTLPCollectorLogsV1.ExportLogsPartialSuccess?

        package init(partialSuccess: OTLPCollectorLogsV1.ExportLogsPartialSuccess? = nil) {
            self.partialSuccess = partialSuccess
        }
    }

    /// Which part was not taken.
    package struct ExportLogsPartialSuccess: Equatable, Sendable {
        package var rejectedLogRecords: Int64
        package var errorMessage: String

        package init(rejectedLogRecords: Int64 = 0, errorMessage: String = "") {
            self.rejectedLogRecords = rejectedLogRecords
            self.errorMessage = errorMessage
        }
    }

}

extension OTLPCollectorLogsV1.ExportLogsServiceRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(
        _ c: UnsafeMutablePointer<Opentelemetry__Proto__Collector__Logs__V1__ExportLogsServiceRequest>
    ) {
        unsafe opentelemetry__proto__collector__logs__v1__export_logs_service_request__init(c)
    }

    init(copying c: UnsafePointer<Opentelemetry__Proto__Collector__Logs__V1__ExportLogsServiceRequest>, in arena: Arena)
        throws(MessageFailure)
    {
        resourceLogs = try unsafe arena.messages(at: c.pointee.resource_logs, count: c.pointee.n_resource_logs)
    }

    func fill(
        _ c: UnsafeMutablePointer<Opentelemetry__Proto__Collector__Logs__V1__ExportLogsServiceRequest>, in arena: Arena
    ) throws(MessageFailure) {
        unsafe c.pointee.n_resource_logs = resourceLogs.count
        unsafe c.pointee.resource_logs = try arena.place(resourceLogs)
    }
}

extension OTLPCollectorLogsV1.ExportLogsServiceResponse: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(
        _ c: UnsafeMutablePointer<Opentelemetry__Proto__Collector__Logs__V1__ExportLogsServiceResponse>
    ) {
        unsafe opentelemetry__proto__collector__logs__v1__export_logs_service_response__init(c)
    }

    init(
        copying c: UnsafePointer<Opentelemetry__Proto__Collector__Logs__V1__ExportLogsServiceResponse>, in arena: Arena
    ) throws(MessageFailure) {
        partialSuccess = try unsafe arena.message(at: c.pointee.partial_success)
    }

    func fill(
        _ c: UnsafeMutablePointer<Opentelemetry__Proto__Collector__Logs__V1__ExportLogsServiceResponse>, in arena: Arena
    ) throws(MessageFailure) {
        unsafe c.pointee.partial_success = try arena.place(partialSuccess)
    }
}

extension OTLPCollectorLogsV1.ExportLogsPartialSuccess: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(
        _ c: UnsafeMutablePointer<Opentelemetry__Proto__Collector__Logs__V1__ExportLogsPartialSuccess>
    ) {
        unsafe opentelemetry__proto__collector__logs__v1__export_logs_partial_success__init(c)
    }

    init(copying c: UnsafePointer<Opentelemetry__Proto__Collector__Logs__V1__ExportLogsPartialSuccess>, in arena: Arena)
        throws(MessageFailure)
    {
        rejectedLogRecords = unsafe c.pointee.rejected_log_records
        errorMessage = try unsafe arena.string(at: c.pointee.error_message)
    }

    func fill(
        _ c: UnsafeMutablePointer<Opentelemetry__Proto__Collector__Logs__V1__ExportLogsPartialSuccess>, in arena: Arena
    ) throws(MessageFailure) {
        unsafe c.pointee.rejected_log_records = rejectedLogRecords
        unsafe c.pointee.error_message = try arena.place(errorMessage)
    }
}
