/// One line of a log, as machines and as people read it. Takes what it says from anywhere, strangers included, and is one
/// line all the same: what could end it, or move a terminal's cursor, is written as an escape.
package struct LogLine: Sendable {
    package enum Format: String, Sendable, CaseIterable {
        case json, text
    }

    /// Fields that Neon's log collectors look for in `extract`; all others stand in `fields`.
    private static let extracted: Set<String> = ["session_id", "ep", "role", "request_id"]
    /// Which trace a line belongs to.
    package static let traceField = "trace_id"
    /// Bytes of one text, before what follows is cut off.
    package static let textLimit = 4096

    /// Milliseconds since 1970-01-01 UTC.
    package var unixMillis: Int64
    /// In lower case: `info`.
    package var level: String
    /// Who says it: the logger's label.
    package var target: String
    package var message: String
    /// In this order.
    package var fields: [(name: String, value: String)]
    package var processID: Int32

    package init(
        unixMillis: Int64, level: String, target: String, message: String, fields: [(name: String, value: String)],
        processID: Int32
    ) {
        self.unixMillis = unixMillis
        self.level = level
        self.target = target
        self.message = message
        self.fields = fields
        self.processID = processID
    }

    /// With a line feed at its end.
    package func written(as format: Format) -> String {
        switch format {
        case .json: json
        case .text: text
        }
    }

    // MARK: - For machines

    /// In the shape of Neon's proxy: `extract` holds what lines are joined by.
    private var json: String {
        var line = "{"
        Self.add("timestamp", Timestamp.rfc3339(unixMillis: unixMillis), to: &line)
        Self.add("level", level == "warning" ? "WARN" : level.uppercased(), to: &line)
        Self.add("message", message, to: &line)
        Self.add("target", target, to: &line)
        line += ",\"process_id\":\(processID)"
        for field in fields where field.name == Self.traceField { Self.add(field.name, field.value, to: &line) }
        add("extract", fields.filter { Self.extracted.contains($0.name) }, to: &line)
        add("fields", fields.filter { !Self.extracted.contains($0.name) && $0.name != Self.traceField }, to: &line)
        return line + "}\n"
    }

    private func add(_ name: String, _ fields: [(name: String, value: String)], to line: inout String) {
        guard !fields.isEmpty else { return }
        line += ",\"\(name)\":{"
        for field in fields { Self.add(field.name, field.value, to: &line) }
        line += "}"
    }

    private static func add(_ name: String, _ value: String, to line: inout String) {
        if line.last != "{" { line += "," }
        line += "\""
        append(name, to: &line, quoted: true)
        line += "\":\""
        append(value, to: &line, quoted: true)
        line += "\""
    }

    // MARK: - For people

    private var text: String {
        var line = Timestamp.rfc3339(unixMillis: unixMillis) + " \(level) \(target): "
        Self.append(message, to: &line, quoted: false)
        for (index, field) in fields.enumerated() {
            line += index == 0 ? " [" : " "
            Self.append(field.name, to: &line, quoted: false)
            line += "="
            let isQuoted = field.value.isEmpty || field.value.utf8.contains { Self.wantsQuotes($0) }
            if isQuoted { line += "\"" }
            Self.append(field.value, to: &line, quoted: isQuoted)
            if isQuoted { line += "\"" }
        }
        return line + (fields.isEmpty ? "\n" : "]\n")
    }

    private static func wantsQuotes(_ byte: UInt8) -> Bool {
        [UInt8(ascii: " "), UInt8(ascii: "\""), UInt8(ascii: "="), UInt8(ascii: "["), UInt8(ascii: "]")].contains(byte)
    }

    // MARK: - Escapes

    /// - Parameter quoted: whether quotes and backslashes need an escape too.
    private static func append(_ text: String, to line: inout String, quoted: Bool) {
        let text = fit(text)
        let isPlain = text.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }
        if isPlain { return line += text }
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"" where quoted: line += "\\\""
            case "\\": line += "\\\\"
            case "\n": line += "\\n"
            case "\r": line += "\\r"
            case "\t": line += "\\t"
            case _ where isUnfit(scalar):
                let hex = String(scalar.value, radix: 16)
                line += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: line.unicodeScalars.append(scalar)
            }
        }
    }

    /// At most ``textLimit`` bytes of a text, and then a mark where it was cut.
    package static func fit(_ text: String) -> String {
        guard text.utf8.count > textLimit else { return text }
        var room = textLimit
        let kept = text.unicodeScalars.prefix { scalar in
            room -= UTF8.width(scalar)
            return room >= 0
        }
        return String(kept) + "…"
    }

    /// Control characters, old and new, and what changes lines or the direction of writing.
    private static func isUnfit(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1F, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
