import NIOCore
import PostgresWire
import Testing
import Transport

@testable import ComputeAgent

@Suite struct RightsTrackerTests {
    @Test(
        arguments: [
            ("42501", true), ("28000", true), ("28P01", false), ("53300", false), ("57P03", false),
        ])
    func `who may not ask, or not even enter, has none of the rights`(state: String, areMissing: Bool) {
        let response = ErrorResponse(SQLState(state), "no")
        let rejected = UpstreamFailure(.rejected(response, frame: ByteBuffer()), "login")
        #expect(AgentRight.areMissing(after: rejected) == areMissing)
        #expect(!AgentRight.areMissing(after: UpstreamFailure(.closed, "login")))
        #expect(!AgentRight.areMissing(after: WatchFailure(description: "no")))
    }

    @Test func `a right that is missing is told once, and once that it is back`() {
        var tracker = RightsTracker()
        #expect(tracker.looked([]) == nil)
        #expect(tracker.looked([.everything, .secrets]) == [.secrets, .everything])
        #expect(tracker.looked([.secrets, .everything]) == nil)
        #expect(tracker.looked([.sessions, .secrets, .everything]) == [.sessions, .secrets, .everything])
        #expect(tracker.looked([.secrets]) == [.secrets])
        #expect(tracker.looked([]) == [])
        #expect(tracker.looked([]) == nil)
        // Also from the first look on.
        var late = RightsTracker()
        #expect(late.looked([.sessions]) == [.sessions])
    }
}
