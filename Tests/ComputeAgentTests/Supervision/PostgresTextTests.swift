import ComputeAgent
import Testing

@Suite struct PostgresTextTests {
    @Test func `lines are cut at their ends and at the limit`() {
        var splitter = LineSplitter(limit: 4)
        #expect(splitter.take("ab\ncd".utf8) == ["ab"])
        #expect(splitter.take("efgh\n\n".utf8) == ["cdef", "gh", ""])
        #expect(splitter.take("x".utf8).isEmpty)
        #expect(splitter.flush() == "x")
        #expect(splitter.flush() == nil)
    }

    @Test func `a failure is kept without its time`() {
        let line = "2026-01-01 10:00:00.000 UTC [7] FATAL:  could not create any TCP/IP sockets"
        #expect(PostgresExit.complaint(in: line) == "FATAL:  could not create any TCP/IP sockets")
        #expect(PostgresExit.complaint(in: "LOG:  ready") == nil)
        #expect("\(PostgresExit(status: .signalled(9)))" == "signal 9")
        #expect("\(PostgresExit(status: .exited(1), lastComplaint: "FATAL: x"))" == "code 1 (FATAL: x)")
    }
}
