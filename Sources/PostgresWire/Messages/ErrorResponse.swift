package import NIOCore

/// What a server says when it cannot go on, or cannot do what was asked. Tag `E`.
package struct ErrorResponse: Error, Equatable, Sendable {
    package static let tag = UInt8(ascii: "E")
    package var fields: ReportFields

    /// Texts with a NUL inside are cut there when encoded.
    package init(
        _ sqlState: SQLState, _ message: String, detail: String? = nil, hint: String? = nil,
        severity: ReportFields.Severity = .fatal
    ) {
        fields = ReportFields(severity: severity, sqlState: sqlState, message: message, detail: detail, hint: hint)
    }

    /// - Parameter body: without tag and length.
    package init(decoding body: ByteBuffer) throws(ReportFields.Malformed) {
        fields = try ReportFields(decoding: body)
    }

    package var sqlState: SQLState { fields.sqlState }
    package var message: String { fields.message }
    package var hint: String? { fields.hint }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeFrame(tag: Self.tag) { fields.encode(into: &$0) }
    }

    package func encoded() -> ByteBuffer {
        var buffer = ByteBuffer()
        encode(into: &buffer)
        return buffer
    }
}
