import Testing

@testable import ControlPlane

@Suite struct RoleCopyCoreTests {
    private func source(_ revision: UInt64) -> RoleCopyCore.Source {
        RoleCopyCore.Source(computeID: "pg-demo-0", address: "10.0.0.7:7003", revision: revision)
    }

    @Test func `a change is copied once`() {
        var core = RoleCopyCore()
        #expect(core.reported(source(5)) == .copy(source(5)))
        #expect(core.copied(source(5)) == nil && core.reported(source(5)) == nil)
        #expect(core.reported(source(6)) == .copy(source(6)))
    }

    @Test func `what changes during a copy is copied after it`() {
        var core = RoleCopyCore()
        _ = core.reported(source(5))
        #expect(core.reported(source(6)) == nil && core.reported(source(7)) == nil)
        #expect(core.copied(source(5)) == .copy(source(7)))
        #expect(core.copied(source(7)) == nil)
    }

    @Test func `a failure is followed by pauses, longer and longer, and the newest`() {
        var core = RoleCopyCore()
        _ = core.reported(source(5))
        #expect(core.failed() == .pause(Pause(afterFailures: 1)))
        #expect(core.reported(source(6)) == nil)
        #expect(core.pauseEnded() == .copy(source(6)))
        #expect(core.failed() == .pause(Pause(afterFailures: 2)))
        #expect(core.pauseEnded() == .copy(source(6)) && core.copied(source(6)) == nil)
        #expect(core.reported(source(7)) == .copy(source(7)) && core.failed() == .pause(Pause(afterFailures: 1)))
    }

    @Test func `a database that ends is asked no more`() {
        var core = RoleCopyCore()
        _ = core.reported(source(5))
        core.ended()
        #expect(core.failed() == nil && core.pauseEnded() == nil)
        #expect(core.reported(source(5)) == .copy(source(5)), "it is back, and was never copied")
    }

    @Test func `nothing is asked of an agent that has not looked or says not where`() {
        var core = RoleCopyCore()
        #expect(core.reported(source(0)) == nil)
        #expect(core.reported(.init(computeID: "pg-demo-0", address: "", revision: 5)) == nil)
    }
}
