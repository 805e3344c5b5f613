import Foundation
import Gossip
import Logging
import SidecarAPI
import Telemetry
import TestKit
import Testing

@testable import ControlPlane

struct EndpointControllerTests {
    private let folder: TemporaryFolder
    private let store: EndpointStore
    private let metrics = ControlPlaneMetrics(MetricRegistry())

    init() throws {
        folder = try TemporaryFolder()
        store = try EndpointStore(folder: folder.file("endpoints"))
    }

    private func controller(
        _ computes: FakeComputes, wakeLimit: Duration = .seconds(20), limits: EndpointLimits = EndpointLimits()
    ) throws -> EndpointController {
        let record = EndpointRecord(
            name: try #require(EndpointName("demo")), role: "demo", database: "demo", verifier: Secret("x"),
            createdUnixMicros: 1)
        try store.save(record)
        return try EndpointController(
            record, store: store, starter: computes, limits: limits, wakeLimit: wakeLimit, metrics: metrics,
            log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    /// Wakes, and has the compute that this starts say that it runs.
    private func running(_ controller: EndpointController, _ computes: FakeComputes) async throws
        -> FakeComputes.Compute
    {
        let before = computes.all.count
        async let woken = controller.wake(key: "", seen: 0)
        try await eventually("a compute is started") { computes.all.count > before }
        let compute = try #require(computes.all.last)
        try await controller.report(compute.transition(1, .running))
        #expect(try await woken.get().location.generation == compute.record.generation)
        return compute
    }

    @Test func `many wakes start one compute and all get it`() async throws {
        let computes = FakeComputes()
        let controller = try controller(computes)
        try await withThrowingTaskGroup(of: UInt64.self) { group in
            for _ in 0..<100 {
                group.addTask { try await controller.wake(key: "k", seen: 0).get().location.generation }
            }
            try await eventually("a compute is started") { computes.all.count == 1 }
            try await controller.report(#require(computes.all.first).transition(1, .running))
            for try await generation in group { #expect(generation == 1) }
        }
        #expect(computes.all.count == 1)
        #expect(metrics.startsRunning.value == 1 && metrics.startsFailed.value == 0)
    }

    @Test func `the generation is on the disk before the compute is started`() async throws {
        let computes = FakeComputes()
        let controller = try controller(computes)
        let compute = try await running(controller, computes)
        #expect(compute.record.generation == 1)
        #expect(try store.load().map(\.generation) == [1])
    }

    @Test func `a start whose generation cannot be stored does not happen`() async throws {
        let computes = FakeComputes()
        let controller = try controller(computes)
        try FileManager.default.removeItem(atPath: folder.file("endpoints/demo"))
        try Data().write(to: URL(fileURLWithPath: folder.file("endpoints/demo")))
        let answer = await controller.wake(key: "", seen: 0)
        #expect(throws: WakeFailure.self) { try answer.get() }
        #expect(computes.all.isEmpty)
    }

    @Test func `a compute that dies is replaced by the next generation`() async throws {
        let computes = FakeComputes()
        let controller = try controller(computes)
        try await running(controller, computes).end("signal 9")
        try await eventually("it is noticed") { await controller.summary.state != "running" }
        let second = try await running(controller, computes)
        #expect(second.record.generation == 2)
        let events = await controller.historyEntries.map(\.event)
        #expect(
            events == [
                "wake requested", "starting", "running", "compute died", "wake requested", "starting", "running",
            ])
    }

    @Test func `a wake during a stop gets the next generation, after the exit`() async throws {
        let computes = FakeComputes(obeys: false)
        let controller = try controller(computes)
        let first = try await running(controller, computes)
        async let suspended: Void = controller.suspend(.fast)
        try await eventually("it is told to stop") { first.stopsAsked == [.fast] }
        async let woken = controller.wake(key: "", seen: 1)
        try await eventually("the wake waits") { await controller.historyEntries.last?.event == "wake requested" }
        #expect(computes.all.count == 1)
        first.end("exited 0")
        await suspended
        try await eventually("the next one is started") { computes.all.count == 2 }
        try await controller.report(#require(computes.all.last).transition(1, .running))
        #expect(try await woken.get().location.generation == 2)
    }

    @Test func `a start that fails answers everybody, and is not tried again at once`() async throws {
        let computes = FakeComputes()
        computes.refuseStarts(true)
        var limits = EndpointLimits()
        limits.firstBackOff = .milliseconds(300)
        let controller = try controller(computes, limits: limits)
        let failure = await #expect(throws: WakeFailure.self) { try await controller.wake(key: "", seen: 0).get() }
        #expect(failure?.reason == .startFailed && failure?.retryAfter == .milliseconds(300))
        #expect(await controller.summary.state == "failed")
        computes.refuseStarts(false)
        try await eventually("the pause is over") { await controller.summary.state != "failed" }
        _ = try await running(controller, computes)
        #expect(metrics.startsFailed.value == 1)
    }

    @Test func `an asker that has waited long enough is told so, and the start goes on`() async throws {
        let computes = FakeComputes()
        let controller = try controller(computes, wakeLimit: .milliseconds(20))
        let failure = await #expect(throws: WakeFailure.self) { try await controller.wake(key: "", seen: 0).get() }
        #expect(failure?.reason == .stillStarting)
        try await eventually("it is started") { computes.all.count == 1 }
        try await controller.report(#require(computes.all.first).transition(1, .running))
        let woken = try await controller.wake(key: "", seen: 0).get()
        #expect(woken.wasRunning && woken.location.generation == 1)
    }

    @Test func `idle for long enough is asked to stop, and the agent decides`() async throws {
        let computes = FakeComputes()
        var limits = EndpointLimits()
        limits.suspendAfter = .milliseconds(30)
        let controller = try controller(computes, limits: limits)
        let compute = try await running(controller, computes)
        let (link, questions) = await controller.attach()
        var asked = questions.makeAsyncIterator()
        try await controller.report(compute.transition(2, .running, activity: .idle))
        #expect(await asked.next() == ReportV1.Version(generation: 1, sequence: 2))
        // A client that came since: it stays, and whoever waited is answered.
        async let woken = controller.wake(key: "", seen: 1)
        try await eventually("the wake waits") { await controller.historyEntries.last?.event == "wake requested" }
        try await controller.report(compute.transition(3, .running))
        #expect(try await woken.get().location.sequence == 3)
        #expect(await controller.summary.state == "running")

        try await controller.report(compute.transition(4, .running, activity: .idle))
        #expect(await asked.next() == ReportV1.Version(generation: 1, sequence: 4))
        try await controller.report(compute.transition(5, .terminationPendingFast))
        compute.end("exited 0")
        try await eventually("it is asleep") { await controller.summary.address.isEmpty }
        #expect(compute.stopsAsked.isEmpty)
        await controller.detach(link)
    }

    @Test func `the history reads in order, whoever speaks`() async throws {
        let computes = FakeComputes()
        let controller = try controller(computes)
        let compute = try await running(controller, computes)
        for sequence in 2...4 as ClosedRange<UInt64> {
            try await controller.report(compute.transition(sequence, .running, activity: .idle))
        }
        async let suspended: Void = controller.suspend(.fast)
        try await eventually("it is told to stop") { compute.stopsAsked == [.fast] }
        await suspended
        try await controller.report(compute.transition(5, .terminationPendingFast))
        let entries = await controller.historyEntries
        let versions = entries.map { [$0.generation, $0.sequence] }
        #expect(
            entries.map(\.event) == [
                "wake requested", "starting", "running", "idle", "suspending", "compute ended",
                "termination_pending_fast",
            ])
        #expect(versions == [[0, 0], [1, 0], [1, 1], [1, 2], [1, 4], [1, 4], [1, 5]])
        #expect(entries.last?.detail == "steps not listed: 2")
        // What an earlier control plane wrote counts as well.
        let record = try #require(try store.load().first)
        let next = try EndpointController(
            record, store: store, starter: computes, limits: EndpointLimits(), wakeLimit: .seconds(1),
            metrics: metrics, log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        await next.note(event: "noted")
        #expect(await next.historyEntries.last.map { [$0.generation, $0.sequence] } == [1, 5])
    }

    @Test func `a report that cannot be written down is not taken, and may come again`() async throws {
        let computes = FakeComputes()
        let controller = try controller(computes)
        let compute = try await running(controller, computes)
        try FileManager.default.removeItem(atPath: folder.file("endpoints/demo"))
        await #expect(throws: (any Error).self) { try await controller.report(compute.transition(2, .terminated)) }
        #expect(await controller.summary.sequence == 1)
        try FileManager.default.createDirectory(
            atPath: folder.file("endpoints/demo"), withIntermediateDirectories: true)
        try await controller.report(compute.transition(2, .terminated))
        #expect(await controller.summary.sequence == 2)
    }

    @Test func `closing ends what runs, and nothing is started any more`() async throws {
        let computes = FakeComputes()
        let controller = try controller(computes)
        let compute = try await running(controller, computes)
        await controller.close()
        #expect(compute.stopsAsked == [.fast])
        let failure = await #expect(throws: WakeFailure.self) { try await controller.wake(key: "", seen: 1).get() }
        #expect(failure?.reason == .closing)
        #expect(computes.all.count == 1)
    }
}
