import ComputeAgent
import Testing

@Suite struct FirstCacheSizingTests {
    @Test func `one that fails is tried again after a pause, and one that worked is not`() {
        var sizing = FirstCacheSizing()
        let start = ContinuousClock.now
        #expect(sizing.isDue(at: start))
        sizing.tried(succeeded: false, at: start)
        #expect(!sizing.isDue(at: start))
        #expect(!sizing.isDue(at: start + FirstCacheSizing.pause - .milliseconds(1)))
        let later = start + FirstCacheSizing.pause
        #expect(sizing.isDue(at: later))
        sizing.tried(succeeded: true, at: later)
        #expect(!sizing.isDue(at: later + FirstCacheSizing.pause * 100))
    }
}
