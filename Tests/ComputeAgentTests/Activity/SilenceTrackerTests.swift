import ComputeAgent
import Testing

@Suite struct SilenceTrackerTests {
    @Test func `silence is long in time and in looks, and anything heard ends it`() {
        let start = ContinuousClock.now
        var silence = SilenceTracker(limit: .seconds(30))
        #expect(silence.missed(at: start) == nil)
        #expect(silence.missed(at: start + .seconds(100)) == nil, "this machine may have slept")
        #expect(silence.missed(at: start + .seconds(101)) == .seconds(101))
        silence.heard()
        for second in 0..<30 { #expect(silence.missed(at: start + .seconds(second)) == nil) }
        #expect(silence.missed(at: start + .seconds(30)) == .seconds(30))
    }
}
