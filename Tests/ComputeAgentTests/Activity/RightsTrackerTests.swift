import Testing

@testable import ComputeAgent

@Suite struct RightsTrackerTests {
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
