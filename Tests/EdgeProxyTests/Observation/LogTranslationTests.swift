import SidecarAPI
import Telemetry
import Testing

@testable import EdgeProxy

struct LogTranslationTests {
    private func line(
        _ level: String = "info", message: String = "a", fields: [(name: String, value: String)] = []
    ) -> LogLine {
        LogLine(
            unixMillis: 1_700_000_000_123, level: level, target: "proxy", message: message, fields: fields, processID: 7
        )
    }

    @Test func `a line is a record: when, how grave, what, and of which trace`() {
        let trace = "0af7651916cd43dd8448eb211c80319c"
        let record = line(
            "warning", message: "late", fields: [("ep", "demo"), ("trace_id", trace), ("session_id", "s")]
        ).record
        #expect(record.timeUnixNano == 1_700_000_000_123_000_000)
        #expect(record.severityNumber == .warn && record.severityText == "warning")
        #expect(record.body?.value == .stringValue("late"))
        #expect(record.attributes.map(\.key) == ["ep", "session_id"])
        #expect(record.traceID.count == 16 && record.traceID.first == 0x0A && record.traceID.last == 0x9C)
    }

    @Test(arguments: ["", "0af7651916cd43dd8448eb211c80319", "00000000000000000000000000000000", "xyz"])
    func `what names no trace is left out`(text: String) {
        #expect(line(fields: [("trace_id", text)]).record.traceID.isEmpty)
    }

    @Test func `every level has its number`() {
        let numbers = ["trace", "debug", "info", "notice", "warning", "error", "critical"].map {
            line($0).record.severityNumber.rawValue
        }
        #expect(numbers == [1, 5, 9, 10, 13, 17, 21])
    }

    @Test func `what strangers say is cut`() {
        let long = String(repeating: "é", count: 10_000)
        let record = line(message: long, fields: [("user", long)]).record
        guard case .stringValue(let body) = record.body?.value,
            case .stringValue(let value) = record.attributes.first?.value?.value
        else { return #expect(Bool(false), "\(record)") }
        #expect(body.utf8.count <= LogLine.textLimit + 3 && body.hasSuffix("…"))
        #expect(body == value)
    }
}
