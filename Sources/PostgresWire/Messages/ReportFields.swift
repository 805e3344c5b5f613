internal import NIOCore

/// The fields of an error or a notice: one byte that names the field, a text, NUL; a lone NUL at the end.
/// PostgreSQL, “Error and Notice Message Fields”.
package struct ReportFields: Equatable, Sendable {
    package enum Severity: String, Sendable {
        case error = "ERROR"
        case fatal = "FATAL"
        case panic = "PANIC"
        case warning = "WARNING"
        case notice = "NOTICE"
        case debug = "DEBUG"
        case info = "INFO"
        case log = "LOG"
    }

    package enum Malformed: Error, Equatable {
        case fieldNotTerminated
        case bytesAfterEnd(Int)
    }

    /// `S` may be translated and `V` never is; both are written from this, which is read from `V`, else from `S`.
    /// A severity nobody knows reads as an error.
    package var severity: Severity
    package var sqlState: SQLState
    package var message: String
    package var detail: String?
    package var hint: String?

    package init(severity: Severity, sqlState: SQLState, message: String, detail: String? = nil, hint: String? = nil) {
        self.severity = severity
        self.sqlState = sqlState
        self.message = message
        self.detail = detail
        self.hint = hint
    }

    /// Fields that are not kept here (position, file, line, …) are read over. Bytes that are not UTF-8 are replaced.
    init(decoding body: ByteBuffer) throws(Malformed) {
        var rest = body
        var texts: [UInt8: String] = [:]
        while let name = rest.readInteger(as: UInt8.self), name != 0 {
            guard let text = rest.readTerminated() else { throw .fieldNotTerminated }
            texts[name] = String(decoding: text, as: UTF8.self)
        }
        guard rest.readableBytes == 0 else { throw .bytesAfterEnd(rest.readableBytes) }
        severity = (texts[Name.severity] ?? texts[Name.localizedSeverity]).flatMap(Severity.init) ?? .error
        sqlState = texts[Name.code].map { SQLState($0) } ?? .internalError
        message = texts[Name.message] ?? ""
        detail = texts[Name.detail]
        hint = texts[Name.hint]
    }

    func encode(into buffer: inout ByteBuffer) {
        write(severity.rawValue, as: Name.localizedSeverity, into: &buffer)
        write(severity.rawValue, as: Name.severity, into: &buffer)
        write(sqlState.text, as: Name.code, into: &buffer)
        write(message, as: Name.message, into: &buffer)
        if let detail { write(detail, as: Name.detail, into: &buffer) }
        if let hint { write(hint, as: Name.hint, into: &buffer) }
        buffer.writeInteger(UInt8(0))
    }

    private func write(_ text: String, as name: UInt8, into buffer: inout ByteBuffer) {
        buffer.writeInteger(name)
        buffer.writeTerminated(text.utf8.prefix { $0 != 0 })
    }

    private enum Name {
        static let localizedSeverity = UInt8(ascii: "S")
        static let severity = UInt8(ascii: "V")
        static let code = UInt8(ascii: "C")
        static let message = UInt8(ascii: "M")
        static let detail = UInt8(ascii: "D")
        static let hint = UInt8(ascii: "H")
    }
}
