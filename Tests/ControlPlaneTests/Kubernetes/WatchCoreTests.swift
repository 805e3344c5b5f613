import Testing

@testable import ControlPlane

@Suite struct WatchCoreTests {
    private func page(_ names: [String], version: String? = "10", more: String? = nil) -> StatefulSetPage {
        StatefulSetPage(
            metadata: .init(resourceVersion: version, continue: more), items: names.map { Sample.object($0) })
    }

    /// One that has listed and watches from version 10.
    private func watching() -> WatchCore {
        var core = WatchCore()
        _ = core.handle(.started)
        _ = core.handle(.listed(page(["a"])))
        return core
    }

    private func pause(_ actions: [WatchCore.Action]) -> Pause? {
        actions.count == 1 ? actions.compactMap { if case .pause(let pause) = $0 { pause } else { nil } }.first : nil
    }

    @Test func `lists page by page, then watches from there`() {
        var core = WatchCore()
        #expect(core.handle(.started) == [.list(from: nil)])
        #expect(core.handle(.listed(page(["a"], more: "next"))) == [.list(from: "next")])
        #expect(
            core.handle(.listed(page(["b"], version: "12")))
                == [.replaceAll([Sample.object("a"), Sample.object("b")]), .watch(from: "12")])
    }

    @Test func `goes on from the last version that it saw, also in a bookmark`() {
        var core = watching()
        let object = Sample.object("a", version: 15)
        #expect(core.handle(.event(.present(object))) == [.put(object)])
        #expect(core.handle(.watchEnded) == [.watch(from: "15")])
        #expect(core.handle(.event(.bookmark(resourceVersion: "30"))).isEmpty)
        #expect(core.handle(.watchEnded) == [.watch(from: "30")])
        let deleted = Sample.object("a", version: 31)
        #expect(core.handle(.event(.deleted(deleted))) == [.remove(deleted)])
        #expect(core.handle(.watchEnded) == [.watch(from: "31")])
    }

    @Test(arguments: [
        WatchCore.Input.failed(ClusterFailure(code: 410, status: nil)),
        .event(.error(APIStatus(code: 410, reason: "Expired"))),
        .failed(ClusterFailure(code: 404, status: nil)), .failed(ClusterFailure(code: 403, status: nil)),
    ])
    func `begins anew when its version is forgotten or it is refused`(input: WatchCore.Input) {
        var core = watching()
        #expect(pause(core.handle(input)) != nil)
        #expect(core.handle(.pauseEnded) == [.list(from: nil)])
    }

    @Test(arguments: [
        WatchCore.Input.failed(ClusterFailure(.unavailable, "cut off")),
        .failed(ClusterFailure(code: 500, status: nil)), .event(.error(APIStatus(code: 500))),
        .event(.error(APIStatus(code: nil))),
    ])
    func `resumes after what passes`(input: WatchCore.Input) {
        var core = watching()
        #expect(pause(core.handle(input)) == Pause(afterFailures: 1))
        #expect(core.handle(.pauseEnded) == [.watch(from: "10")])
    }

    @Test func `leaves an API alone that says for how long`() {
        var core = watching()
        let failure = ClusterFailure(code: 429, status: APIStatus(code: 429, details: .init(retryAfterSeconds: 7)))
        #expect(pause(core.handle(.failed(failure)))?.atLeast == .seconds(7))
        #expect(core.handle(.pauseEnded) == [.watch(from: "10")])
    }

    @Test func `waits longer and longer, and not after a success`() {
        var core = watching()
        var pauses: [Pause] = []
        for _ in 0..<12 {
            pauses += [core.handle(.failed(ClusterFailure(.unavailable, "away")))].compactMap(pause)
            _ = core.handle(.pauseEnded)
        }
        #expect(pauses.first?.spread == .milliseconds(100) && pauses.last?.spread == Pause.longest)
        #expect(zip(pauses, pauses.dropFirst()).allSatisfy { $0.spread <= $1.spread })
        _ = core.handle(.event(.bookmark(resourceVersion: "11")))
        #expect(pause(core.handle(.failed(ClusterFailure(.unavailable, "away")))) == pauses.first)
    }

    @Test func `a watch that says nothing and ends is not opened at once`() {
        var core = watching()
        #expect(pause(core.handle(.watchEnded)) != nil)
    }

    @Test func `a list that fails is begun anew`() {
        var core = WatchCore()
        _ = core.handle(.started)
        _ = core.handle(.listed(page(["a"], more: "next")))
        #expect(pause(core.handle(.failed(ClusterFailure(.gone, "the next page is forgotten")))) != nil)
        #expect(core.handle(.pauseEnded) == [.list(from: nil)])
        #expect(core.handle(.listed(page(["b"]))) == [.replaceAll([Sample.object("b")]), .watch(from: "10")])
        _ = core.handle(.failed(ClusterFailure(.gone, "")))
        _ = core.handle(.pauseEnded)
        #expect(pause(core.handle(.listed(page([], version: nil)))) != nil, "without a version nothing can be watched")
    }

    @Test func `more than the limit is not kept`() {
        var core = WatchCore()
        _ = core.handle(.started)
        let many = (0..<(WatchCore.objectLimit - 1)).map { "s\($0)" }
        #expect(core.handle(.listed(page(many, more: "next"))) == [.list(from: "next")])
        let actions = core.handle(.listed(page(["x", "y", "z"], more: "more")))
        guard case .replaceAll(let kept)? = actions.first else { Issue.record("\(actions.count)"); return }
        #expect(kept.count == WatchCore.objectLimit)
        #expect(actions.dropFirst() == [.tellOfMore, .watch(from: "10")], "and it is said")
    }

    @Test func `what comes late of a call that is over changes nothing`() {
        var core = watching()
        #expect(core.handle(.listed(page(["b"]))).isEmpty && core.handle(.started).isEmpty)
        #expect(core.handle(.pauseEnded).isEmpty)
        _ = core.handle(.failed(ClusterFailure(.unavailable, "")))
        #expect(core.handle(.event(.present(Sample.object("b")))).isEmpty && core.handle(.watchEnded).isEmpty)
        var fresh = WatchCore()
        #expect(fresh.handle(.watchEnded).isEmpty && fresh.handle(.pauseEnded).isEmpty)
    }
}
