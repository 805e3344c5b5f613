import Foundation
import Telemetry
import Testing

struct LogLineTests {
    private func line(_ message: String, _ fields: [(name: String, value: String)] = []) -> LogLine {
        LogLine(
            unixMillis: 1_795_262_400_123, level: "info", target: "proxy", message: message, fields: fields,
            processID: 7)
    }

    private func decoded(_ line: LogLine) throws -> [String: Any] {
        let text = line.written(as: .json)
        #expect(text.hasSuffix("}\n"))
        return try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test func `a line for people has its time, its level, who says it, and its fields`() {
        let line = line("joined", [("ep", "demo"), ("reason", "not yet"), ("empty", "")])
        #expect(
            line.written(as: .text)
                == "2026-11-21T12:00:00.123Z info proxy: joined [ep=demo reason=\"not yet\" empty=\"\"]\n")
        #expect(self.line("up").written(as: .text) == "2026-11-21T12:00:00.123Z info proxy: up\n")
    }

    @Test func `a line for machines has what lines are joined by at its place`() throws {
        let fields = [("attempts", "2"), ("ep", "demo"), ("role", "al"), ("session_id", "s"), ("trace_id", "t")]
        let object = try decoded(line("ended", fields.map { (name: $0.0, value: $0.1) }))
        #expect(object["timestamp"] as? String == "2026-11-21T12:00:00.123Z")
        #expect(object["level"] as? String == "INFO")
        #expect(object["message"] as? String == "ended")
        #expect(object["target"] as? String == "proxy")
        #expect(object["process_id"] as? Int == 7)
        #expect(object["trace_id"] as? String == "t")
        #expect(object["extract"] as? [String: String] == ["ep": "demo", "role": "al", "session_id": "s"])
        #expect(object["fields"] as? [String: String] == ["attempts": "2"])
        #expect(try decoded(line("bare"))["fields"] == nil)
    }

    @Test(arguments: [
        "a\nb", "a\r\nb", "\u{1B}[2J", "\u{0}", "\u{7F}\u{9B}", "a\u{2028}b\u{202E}c", "\"}\n{\"", "back\\slash",
        "tab\t",
    ])
    func `what a stranger sends stays inside its line`(text: String) throws {
        for format in LogLine.Format.allCases {
            let written = line(text, [("role", text), (text, "x")]).written(as: format)
            #expect(
                written.dropLast().unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) })
            #expect(written.filter(\.isNewline).count == 1)
        }
        let object = try decoded(line(text, [("role", text), (text, "x")]))
        #expect(object["message"] as? String == text)
        #expect((object["extract"] as? [String: String])?["role"] == text)
        #expect((object["fields"] as? [String: String])?[text] == "x")
    }

    @Test func `a quote in a value cannot begin another field`() {
        let written = line("m", [("role", "x\" admin=\"y")]).written(as: .text)
        #expect(written.hasSuffix("m [role=\"x\\\" admin=\\\"y\"]\n"))
    }

    @Test func `texts are cut at their limit, between characters`() throws {
        let long = String(repeating: "é", count: LogLine.textLimit)
        let message = try #require(try decoded(line(long))["message"] as? String)
        #expect(message.utf8.count == LogLine.textLimit + "…".utf8.count)
        #expect(message.hasSuffix("é…"))
        let exact = String(repeating: "x", count: LogLine.textLimit)
        #expect(try decoded(line(exact))["message"] as? String == exact)
    }
}
