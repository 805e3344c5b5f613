import SidecarAPI
import Testing

@testable import ControlPlane

struct ReportedTransitionsTests {
    private static func transition(
        of generation: UInt64 = 3, _ sequence: UInt64, _ state: ReportV1.ComputeState,
        activity: ReportV1.Activity = .unknown, at: Int64 = 0, lastActive: Int64 = 0, reason: String = "",
        error: String = ""
    ) -> ReportV1.Transition {
        ReportV1.Transition(
            endpoint: "demo", computeID: "compute-demo-3",
            version: ReportV1.Version(generation: generation, sequence: sequence), state: state, atUnixMicros: at,
            address: "127.0.0.1:5500", error: error, activity: activity, lastActiveUnixMicros: lastActive,
            reason: reason)
    }

    @Test func `what was taken is not taken again`() {
        var reports = ReportedTransitions()
        #expect(reports.take(Self.transition(1, .`init`), now: 0) != nil)
        #expect(reports.take(Self.transition(2, .running), now: 0) != nil)
        #expect(reports.take(Self.transition(1, .`init`), now: 0) == nil)
        #expect(reports.take(Self.transition(2, .running), now: 0) == nil)
        #expect(reports.lastSequence(of: 3) == 2)
    }

    @Test func `late news of an older generation still goes into the history`() {
        var reports = ReportedTransitions()
        _ = reports.take(Self.transition(of: 3, 4, .running), now: 0)
        _ = reports.take(Self.transition(of: 4, 1, .`init`), now: 0)
        let news = reports.take(Self.transition(of: 3, 5, .terminated), now: 0)
        #expect(news?.entry?.event == "terminated" && news?.report.generation == 3)
    }

    @Test func `idle counts from the last use, or from the start when there was none`() {
        var reports = ReportedTransitions()
        let second: Int64 = 1_000_000
        let news = reports.take(Self.transition(1, .running, activity: .idle, at: 10 * second), now: 14 * second)
        #expect(news?.report.idleFor == .seconds(4))
        let used = Self.transition(2, .running, activity: .idle, at: 20 * second, lastActive: 18 * second)
        #expect(reports.take(used, now: 20 * second)?.report.idleFor == .seconds(2))
        let ahead = Self.transition(3, .running, activity: .idle, at: 20 * second, lastActive: 30 * second)
        #expect(reports.take(ahead, now: 20 * second)?.report.idleFor == .zero)
    }

    @Test(arguments: [ReportV1.Activity.unknown, .active, .unrecognized(9)])
    func `neither active nor unknown is idle`(activity: ReportV1.Activity) {
        var reports = ReportedTransitions()
        #expect(reports.take(Self.transition(1, .running, activity: activity), now: 99)?.report.idleFor == nil)
    }

    @Test func `a change of activity has a line, a later “last active” has none`() {
        var reports = ReportedTransitions()
        let events = [
            reports.take(Self.transition(1, .running, activity: .active, reason: "ready"), now: 0),
            reports.take(Self.transition(2, .running, activity: .idle), now: 0),
            reports.take(Self.transition(3, .running, activity: .idle, lastActive: 5), now: 9),
        ].map { $0?.entry?.event }
        #expect(events == ["running", "idle", nil])
    }

    @Test func `an error that only repeats the reason is told once`() {
        var reports = ReportedTransitions()
        let news = reports.take(Self.transition(1, .failed, reason: "signal 9", error: "signal 9"), now: 0)
        #expect(news?.entry?.detail == "signal 9" && news?.report.phase == .ending)
    }
}
