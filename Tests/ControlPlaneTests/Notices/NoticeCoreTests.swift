import Gossip
import Testing

@testable import ControlPlane

@Suite struct NoticeCoreTests {
    private func names(_ texts: String...) -> [EndpointName] { texts.compactMap { EndpointName($0) } }

    /// What the core wants done after these changes.
    private func changed(_ core: inout NoticeCore, _ texts: String...) -> [NoticeCore.Action] {
        texts.compactMap { EndpointName($0) }.compactMap { core.changed($0) }
    }

    @Test func `the first change is told at once, and what comes meanwhile together, each name once`() {
        var core = NoticeCore()
        #expect(changed(&core, "b", "a", "c", "a") == [.tell(names("b"))])
        #expect(core.told() == .tell(names("a", "c")))
        #expect(core.told() == nil)
        #expect(changed(&core, "b") == [.tell(names("b"))], "a later change of the same endpoint is news")
    }

    @Test func `a change during its own notice is told again`() {
        var core = NoticeCore()
        #expect(changed(&core, "a", "a") == [.tell(names("a"))])
        #expect(core.told() == .tell(names("a")) && core.told() == nil)
    }

    @Test func `a failure is followed by longer and longer pauses, and by everything that was not told`() {
        var core = NoticeCore()
        #expect(changed(&core, "a", "b") == [.tell(names("a"))])
        #expect(core.failed() == .pause(Pause(afterFailures: 1)))
        #expect(changed(&core, "c", "a").isEmpty, "nothing is told during the pause")
        #expect(core.pauseEnded() == .tell(names("a", "b", "c")))
        #expect(core.failed() == .pause(Pause(afterFailures: 2)))
        #expect(core.pauseEnded() == .tell(names("a", "b", "c")) && core.told() == nil)
        #expect(changed(&core, "d") == [.tell(names("d"))] && core.failed() == .pause(Pause(afterFailures: 1)))
    }

    @Test func `a notice has as many names as a proxy takes`() {
        var core = NoticeCore()
        let many = (0...NoticeCore.namesPerNotice).compactMap { EndpointName("ep-\($0)") }
        #expect(core.changed(many[0]) == .tell([many[0]]))
        #expect(many.allSatisfy { core.changed($0) == nil })
        #expect(core.told() == .tell(Array(many.dropLast())))
        #expect(core.told() == .tell([many[NoticeCore.namesPerNotice]]) && core.told() == nil)
    }

    @Test func `what was not asked for changes nothing`() {
        var core = NoticeCore()
        #expect(core.failed() == nil && core.told() == nil && core.pauseEnded() == nil)
        #expect(changed(&core, "a") == [.tell(names("a"))])
        #expect(core.pauseEnded() == nil && core.told() == nil)
    }
}
