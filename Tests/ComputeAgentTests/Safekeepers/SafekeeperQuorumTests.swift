import ComputeAgent
import Testing

@Suite struct SafekeeperQuorumTests {
    private typealias Answer = SafekeeperQuorum.Answer
    private typealias Verdict = SafekeeperQuorum.Verdict

    private static func at(_ flush: UInt64, _ commit: UInt64) -> Answer {
        .status(flush: LSN(flush), commit: LSN(commit))
    }

    private static let cases: [([Answer], Verdict)] = [
        ([at(7, 7)], .agreed(LSN(7))),
        ([at(7, 7), at(7, 7), at(7, 7)], .agreed(LSN(7))),
        // A majority is enough, wherever the silent one stands.
        ([.none, at(7, 7), at(7, 7)], .agreed(LSN(7))),
        ([at(7, 7), .none, at(7, 7)], .agreed(LSN(7))),
        ([at(7, 7), at(7, 7), .none], .agreed(LSN(7))),
        ([at(0, 0), at(0, 0), at(0, 0)], .agreed(LSN(0))),
        ([at(7, 7), at(7, 7), .none, .none], .undecided(.tooFewAnswers(2, needed: 3))),
        ([at(7, 7), at(7, 7), at(7, 7), .none, .none], .agreed(LSN(7))),
        ([at(7, 7), at(7, 7), .none, .none, .none], .undecided(.tooFewAnswers(2, needed: 3))),
        ([], .undecided(.tooFewAnswers(0, needed: 1))),
        ([.none], .undecided(.tooFewAnswers(0, needed: 1))),
        ([at(7, 7), .none], .undecided(.tooFewAnswers(1, needed: 2))),
        ([at(7, 7), .none, .none], .undecided(.tooFewAnswers(1, needed: 2))),
        // An answer that the timeline is not there is an answer, and spoils agreement.
        ([at(7, 7), at(7, 7), .timelineUnknown], .undecided(.timelineUnknown(at: 1))),
        ([.timelineUnknown, .timelineUnknown, .none], .undecided(.timelineUnknown(at: 2))),
        ([.timelineUnknown, at(8, 7), .none], .undecided(.timelineUnknown(at: 1))),
        ([.timelineUnknown, .none, .none], .undecided(.tooFewAnswers(1, needed: 2))),
        ([at(7, 7), at(7, 7), at(8, 7)], .undecided(.flushDiffers)),
        ([at(8, 7), at(7, 7), .none], .undecided(.flushDiffers)),
        ([at(7, 7), at(7, 6), at(7, 7)], .undecided(.commitDiffers)),
        ([at(7, 6), at(7, 6), at(7, 6)], .undecided(.notAllCommitted)),
        ([at(7, 6), at(7, 6), .none], .undecided(.notAllCommitted)),
        // Nobody commits what is not written; whoever says so is not believed.
        ([at(6, 7), at(6, 7), at(6, 7)], .undecided(.notAllCommitted)),
    ]

    @Test(arguments: cases.indices) func `every case`(index: Int) {
        let (answers, verdict) = Self.cases[index]
        #expect(SafekeeperQuorum.judge(answers) == verdict)
        // Who answers first changes nothing but which difference is named.
        if case .agreed = verdict {
            #expect(SafekeeperQuorum.judge(answers.reversed()) == verdict)
        } else if case .agreed(let lsn) = SafekeeperQuorum.judge(answers.reversed()) {
            Issue.record("agreed on \(lsn) the other way round")
        }
    }

    @Test func `the program's output is one line with an LSN`() {
        #expect(SyncOutput.lsn(in: "0/16E4018\n") == LSN(0x16E4018))
        #expect(SyncOutput.lsn(in: "0/16E4018") == LSN(0x16E4018))
        for text in ["", "\n", "0/1\n0/2\n", "0/1\n\n", " 0/1\n", "lsn: 0/1\n", "0/1 \n", "0/1\r\n"] {
            #expect(SyncOutput.lsn(in: text) == nil, "\(text.debugDescription)")
        }
    }
}
