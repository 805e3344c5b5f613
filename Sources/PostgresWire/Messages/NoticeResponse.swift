package import NIOCore

/// A remark that ends nothing. Tag `N`; the same fields as an error.
package struct NoticeResponse: Equatable, Sendable {
    package static let tag = UInt8(ascii: "N")
    package var fields: ReportFields

    package init(
        _ message: String, detail: String? = nil, hint: String? = nil, severity: ReportFields.Severity = .notice,
        sqlState: SQLState = SQLState("00000")
    ) {
        fields = ReportFields(severity: severity, sqlState: sqlState, message: message, detail: detail, hint: hint)
    }

    /// - Parameter body: without tag and length.
    package init(decoding body: ByteBuffer) throws(ReportFields.Malformed) {
        fields = try ReportFields(decoding: body)
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeFrame(tag: Self.tag) { fields.encode(into: &$0) }
    }
}
