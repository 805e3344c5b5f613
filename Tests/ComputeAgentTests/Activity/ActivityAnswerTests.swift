import PostgresWire
import Testing
import Transport

@testable import ComputeAgent

/// What is silence, after which Postgres is taken for dead, and what is an answer, however little it helps.
@Suite struct ActivityAnswerTests {
    @Test(arguments: [
        UpstreamFailure.Reason.identityMismatch, .tlsFailed, .tlsRefused, .violation(.malformed),
    ])
    func `who shows a certificate that is not trusted is there`(reason: UpstreamFailure.Reason) {
        #expect(ActivityWatch.isAnswer(UpstreamFailure(reason, "x")))
    }

    @Test(arguments: [
        UpstreamFailure.Reason.dial(.refused), .closed, .deadlinePassed, .silent, .cancelled,
    ])
    func `who does not get so far says nothing`(reason: UpstreamFailure.Reason) {
        #expect(!ActivityWatch.isAnswer(UpstreamFailure(reason, "x")))
    }
}
