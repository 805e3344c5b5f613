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

    /// Ours: 0 as asked, 1 a failure, 2 bad configuration, 64 usage.
    @Test(arguments: [(0, 1), (1, 1), (2, 102), (3, 3), (64, 164), (99, 99)])
    func `Postgres's own code is carried through, and never reads as one of ours`(code: Int32, own: Int32) {
        #expect(PostgresExit(status: .exited(code)).agentExitCode == own)
    }

    @Test func `an end without a code is a failure`() {
        #expect(PostgresExit(status: .signalled(9)).agentExitCode == 1)
        #expect(PostgresExit(status: .unknown("gone")).agentExitCode == 1)
    }

    @Test func `a failure is kept without its time`() {
        let line = "2026-01-01 10:00:00.000 UTC [7] FATAL:  could not create any TCP/IP sockets"
        #expect(PostgresExit.complaint(in: line) == "FATAL:  could not create any TCP/IP sockets")
        #expect(PostgresExit.complaint(in: "LOG:  ready") == nil)
        #expect("\(PostgresExit(status: .signalled(9)))" == "signal 9")
        #expect("\(PostgresExit(status: .exited(1), lastComplaint: "FATAL: x"))" == "code 1 (FATAL: x)")
    }
}
