import Logging
import Testing

@testable import ComputeAgent

@Suite struct PostgresLogLineTests {
    @Test func `each line has the level of its message`() {
        let lines: [(text: String, level: Logger.Level)] = [
            ("2026-11-21 12:00:00.000 UTC [7] LOG:  database system is ready to accept connections", .info),
            ("2026-11-21 12:00:00.000 UTC [8] ERROR:  relation \"x\" does not exist at character 15", .error),
            ("2026-11-21 12:00:00.000 UTC [8] STATEMENT:  SELECT 'LOG:' FROM x", .error),
            ("\tWHERE y = 'PANIC: no'", .error),
            ("2026-11-21 12:00:00.000 UTC [9] WARNING:  there is no transaction in progress", .warning),
            ("2026-11-21 12:00:00.000 UTC [9] DETAIL:  more", .warning),
            ("2026-11-21 12:00:00.000 UTC [9] HINT:  ERROR: is not meant", .warning),
            ("2026-11-21 12:00:00.000 UTC [7] FATAL:  the database system is shutting down", .error),
            ("2026-11-21 12:00:00.000 UTC [7] PANIC:  could not write to file", .critical),
            ("2026-11-21 12:00:00.000 UTC [7] DEBUG1:  details", .debug),
            ("an extension says something", .info),
            ("", .info),
        ]
        var level = Logger.Level.info
        for (text, expected) in lines {
            let line = PostgresLogLine(text, after: level)
            #expect(line.level == expected, "\(text)")
            #expect(line.text == text)
            level = line.level
        }
    }

    @Test func `what pg_controldata says`() {
        let text = """
            pg_control version number:            1300
            Database cluster state:               shut down
            Latest checkpoint location:           1/15B0A48
            Latest checkpoint's REDO location:    1/15B0A40

            """
        #expect(ControlData(text: text).finalPosition == .at(LSN(0x1_015B_0A48)))
        for state in ["in production", "shut down in recovery", "shutting down", "in crash recovery"] {
            let other = ControlData(text: text.replacing("shut down", with: state))
            #expect(other.finalPosition == .notObtained("the cluster's state is “\(state)”, not “shut down”"))
        }
        #expect(
            ControlData(text: "").finalPosition == .notObtained("the cluster's state is “unknown”, not “shut down”"))
        let half = ControlData(text: text.replacing("1/15B0A48", with: "x"))
        #expect(half.finalPosition == .notObtained("pg_controldata names no checkpoint"))
    }
}
