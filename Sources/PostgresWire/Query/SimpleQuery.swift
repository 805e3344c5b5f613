package import NIOCore

/// One simple query, from `Q` to ReadyForQuery: rows as text, the last statement's rows when there are several.
/// PostgreSQL, “Simple Query”.
package struct SimpleQuery: Sendable {
    package typealias Row = [String?]

    package enum Action: Equatable, Sendable {
        case read
        case finished(rows: [Row])
        /// The server refused a statement, and is ready for the next query.
        case refused(ErrorResponse)
        /// The server ended the session, or said what we cannot read. The connection is of no more use.
        case fail(Failure)
    }

    package enum Failure: Error, Equatable {
        case fatal(ErrorResponse)
        case malformed
        case tooManyRows
        /// COPY, or a message that does not belong here.
        case unexpectedMessage(tag: UInt8)
    }

    /// Rows kept of one answer; our own queries return a handful.
    package static let rowLimit = 100_000

    private enum Tag {
        static let query = UInt8(ascii: "Q")
        static let rowDescription = UInt8(ascii: "T")
        static let dataRow = UInt8(ascii: "D")
        static let commandComplete = UInt8(ascii: "C")
        static let emptyQuery = UInt8(ascii: "I")
        static let notification = UInt8(ascii: "A")
        static let terminate = UInt8(ascii: "X")
    }

    private var rows: [Row] = []
    private var refusal: ErrorResponse?

    package init() {}

    /// - Parameter sql: cut at a NUL, which SQL cannot contain.
    package static func encode(_ sql: String, into buffer: inout ByteBuffer) {
        buffer.writeFrame(tag: Tag.query) { $0.writeTerminated(sql.utf8.prefix { $0 != 0 }) }
    }

    /// The polite end of a connection.
    package static func encodeTerminate(into buffer: inout ByteBuffer) {
        buffer.writeFrame(tag: Tag.terminate) { _ in }
    }

    package mutating func frameReceived(_ frame: Frame) -> Action {
        switch frame.tag {
        case Tag.rowDescription:
            rows = []
            return .read
        case Tag.dataRow:
            guard rows.count < Self.rowLimit else { return .fail(.tooManyRows) }
            guard let row = Self.row(of: frame.body) else { return .fail(.malformed) }
            rows.append(row)
            return .read
        case Tag.commandComplete, Tag.emptyQuery, Tag.notification, NoticeResponse.tag, ParameterStatus.tag:
            return .read
        case ErrorResponse.tag:
            guard let response = try? ErrorResponse(decoding: frame.body) else { return .fail(.malformed) }
            refusal = response
            return response.fields.severity == .error ? .read : .fail(.fatal(response))
        case ReadyForQuery.tag:
            return refusal.map(Action.refused) ?? .finished(rows: rows)
        case let tag:
            return .fail(.unexpectedMessage(tag: tag))
        }
    }

    /// `Int16` count, then for each column `Int32` length (-1 is NULL) and bytes.
    private static func row(of body: ByteBuffer) -> Row? {
        var rest = body
        guard let count = rest.readInteger(as: Int16.self), count >= 0 else { return nil }
        var row: Row = []
        for _ in 0..<count {
            guard let length = rest.readInteger(as: Int32.self), length >= -1 else { return nil }
            if length == -1 {
                row.append(nil)
                continue
            }
            guard let bytes = rest.readBytes(length: Int(length)) else { return nil }
            row.append(String(decoding: bytes, as: UTF8.self))
        }
        return rest.readableBytes == 0 ? row : nil
    }
}
