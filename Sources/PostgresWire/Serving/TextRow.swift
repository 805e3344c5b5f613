internal import NIOCore

/// The answer to a simple query that is one text: RowDescription, DataRow, CommandComplete.
enum TextRow {
    private static let column = "result"
    /// `text` in `pg_type`.
    private static let textType: Int32 = 25

    static func encode(_ text: String, into buffer: inout ByteBuffer) {
        buffer.writeFrame(tag: UInt8(ascii: "T")) {
            $0.writeInteger(Int16(1))
            $0.writeTerminated(column.utf8)
            // No table, no number in one.
            $0.writeInteger(Int32(0))
            $0.writeInteger(Int16(0))
            $0.writeInteger(textType)
            // Of variable length, without modifier, in text.
            $0.writeInteger(Int16(-1))
            $0.writeInteger(Int32(-1))
            $0.writeInteger(Int16(0))
        }
        buffer.writeFrame(tag: UInt8(ascii: "D")) {
            $0.writeInteger(Int16(1))
            $0.writeInteger(Int32(clamping: text.utf8.count))
            $0.writeBytes(text.utf8)
        }
        buffer.writeFrame(tag: UInt8(ascii: "C")) { $0.writeTerminated("SELECT 1".utf8) }
    }

    static func encodeEmptyQuery(into buffer: inout ByteBuffer) {
        buffer.writeFrame(tag: UInt8(ascii: "I")) { _ in }
    }
}
