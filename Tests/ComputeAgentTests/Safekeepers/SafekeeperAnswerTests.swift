import Testing

@testable import ComputeAgent

@Suite struct SafekeeperAnswerTests {
    @Test func `a row is read by position, and no row is an answer too`() throws {
        #expect(try SafekeeperCheck.answer(in: [["0/10", "0/8"]]) == .status(flush: LSN(0x10), commit: LSN(8)))
        #expect(try SafekeeperCheck.answer(in: []) == .timelineUnknown)
        for row in [[], ["0/1"], ["0/1", nil], [nil, "0/1"], ["x", "0/1"]] as [[String?]] {
            #expect(throws: (any Error).self) { try SafekeeperCheck.answer(in: [row]) }
        }
    }

    @Test func `elections are tried again after growing pauses`() {
        #expect(LogEnd.pause(before: 0) == .zero && LogEnd.pause(before: 1) == .zero)
        #expect(LogEnd.pause(before: 2) == .seconds(1.1))
        #expect(LogEnd.pause(before: 3) > LogEnd.pause(before: 2))
        #expect(LogEnd.pause(before: 60) == .seconds(3))
    }
}
