import Testing

@testable import ControlPlane

@Suite struct IdleWatchTests {
    private let limit = Duration.seconds(300)

    @Test func `asks when it has been idle for long enough, and again`() {
        var watch = IdleWatch(suspendAfter: limit, askAgain: .seconds(10))
        #expect(watch.reported(generation: 3, sequence: 5, idleFor: .seconds(60)) == .arm(after: .seconds(240)))
        #expect(watch.timerFired() == [.askToStop(generation: 3, sequence: 5), .arm(after: .seconds(10))])
        #expect(watch.timerFired() == [.askToStop(generation: 3, sequence: 5), .arm(after: .seconds(10))])
        #expect(
            watch.reported(generation: 3, sequence: 6, idleFor: .seconds(400)) == .arm(after: .seconds(10)), "it stayed"
        )
    }

    @Test func `unknown and active are not idle`() {
        var watch = IdleWatch(suspendAfter: limit, askAgain: .seconds(10))
        _ = watch.reported(generation: 3, sequence: 5, idleFor: .seconds(60))
        #expect(watch.reported(generation: 3, sequence: 6, idleFor: nil) == .disarm)
        #expect(watch.timerFired().isEmpty && watch.used() == nil)
    }

    @Test func `a wake gives what is idle its whole time again`() {
        var watch = IdleWatch(suspendAfter: limit, askAgain: .seconds(10))
        _ = watch.reported(generation: 3, sequence: 5, idleFor: .seconds(299))
        #expect(watch.used() == .arm(after: limit))
    }

    @Test func `never is never`() {
        var watch = IdleWatch(suspendAfter: nil, askAgain: .seconds(10))
        #expect(watch.reported(generation: 3, sequence: 5, idleFor: .seconds(9_999)) == .disarm)
        #expect(watch.timerFired().isEmpty)
    }

    @Test func `long idle already, it is asked at once`() {
        var watch = IdleWatch(suspendAfter: limit, askAgain: .seconds(10))
        #expect(watch.reported(generation: 3, sequence: 5, idleFor: .seconds(301)) == .arm(after: .zero))
    }
}
