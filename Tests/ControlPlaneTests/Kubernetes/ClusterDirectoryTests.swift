import Gossip
import Logging
import SidecarAPI
import Telemetry
import TestKit
import Testing

@testable import ControlPlane

@Suite struct ClusterDirectoryTests {
    private func directory(_ cluster: FakeCluster, wakeLimit: Duration = .seconds(20)) async throws -> ClusterDirectory
    {
        var configuration = ClusterEndpoint.Configuration()
        configuration.wakeLimit = wakeLimit
        configuration.answerLimit = .seconds(5)
        let directory = ClusterDirectory(
            cluster, configuration: configuration, metrics: ControlPlaneMetrics(MetricRegistry()),
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        await directory.start()
        try await eventually("the first list") { await directory.isReady }
        return directory
    }

    private let demo: EndpointName

    init() throws {
        demo = try #require(EndpointName("demo"))
    }

    private func transition(
        _ generation: UInt64, _ sequence: UInt64, _ state: ReportV1.ComputeState,
        _ activity: ReportV1.Activity = .active
    ) -> ReportV1.Transition {
        ReportV1.Transition(
            endpoint: "demo", computeID: "pg-demo-0",
            version: ReportV1.Version(generation: generation, sequence: sequence), state: state,
            atUnixMicros: WallClock.unixMicros(), address: "10.0.0.7:5432", serverName: "pg-demo-0", activity: activity)
    }

    private func state(of directory: ClusterDirectory) async -> String? {
        await (try? await directory.endpoint(demo))??.summary.state
    }

    @Test(.timeLimit(.minutes(1)))
    func `two control planes that race for 200 wakes start 200 computes`() async throws {
        let cluster = FakeCluster()
        cluster.edit("pg-demo") { _ in }
        let directories = [try await directory(cluster), try await directory(cluster)]
        for round in UInt64(1)...200 {
            let generations = try await withThrowingTaskGroup(of: UInt64.self) { group in
                for asker in 0..<4 {
                    group.addTask {
                        let endpoint = try #require(try await directories[asker % 2].endpoint(self.demo))
                        return try await endpoint.wake(key: "", seen: round - 1).get().location.generation
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(generations == Array(repeating: round, count: 4))
            cluster.edit("pg-demo") { $0.spec?.replicas = 0 }
            for directory in directories {
                try await eventually("sleep, as both see it") { await state(of: directory) == "terminated" }
            }
        }
        #expect(cluster.started == Array(1...200), "each generation once")
        #expect(cluster.conflicts > 0, "else nobody raced")
        try await eventually("every event") { cluster.eventCount == 200 }
        for directory in directories { await directory.close() }
    }

    @Test func `what an agent tells one control plane, the other knows`() async throws {
        let cluster = FakeCluster(runsAtOnce: false)
        cluster.edit("pg-demo") { _ in }
        let (one, other) = (try await directory(cluster), try await directory(cluster))
        let (here, there) = (try #require(try await one.endpoint(demo)), try #require(try await other.endpoint(demo)))
        async let woken = there.wake(key: "", seen: 0)
        try await eventually("the start") { cluster.started == [1] }
        #expect(await here.isSpokenFor(by: "pg-demo-0", generation: 1), "even if our watch is behind")
        #expect(await !here.isSpokenFor(by: "pg-demo-0", generation: 2))
        try await here.report(transition(1, 1, .`init`), now: 0)
        try await here.report(transition(1, 2, .running), now: 0)
        #expect(try await woken.get().location.address == "10.0.0.7:5432")
        try await here.report(transition(1, 3, .terminationPendingFast), now: 0)
        try await here.report(transition(1, 4, .terminated), now: 0)
        try await eventually("sleep, as the other sees it") { await there.summary.state == "terminated" }
        #expect(try cluster.statefulSet("pg-demo").spec?.replicas == 0)
        await one.close()
        await other.close()
    }

    @Test func `a compute that is used and is idle in turn is acknowledged, and nothing is written`() async throws {
        let cluster = FakeCluster(runsAtOnce: false)
        cluster.edit("pg-demo") {
            $0.metadata.annotations = [EndpointMarks.generation: "3"]
            $0.spec?.replicas = 1
        }
        let (one, other) = (try await directory(cluster), try await directory(cluster))
        let (here, there) = (try #require(try await one.endpoint(demo)), try #require(try await other.endpoint(demo)))
        for sequence in UInt64(2)...20 {
            try await here.report(
                transition(3, sequence, .running, sequence.isMultiple(of: 2) ? .active : .idle), now: 0)
        }
        // Its agent speaks to another one from now on.
        try await eventually("the news there") { await there.summary.state == "running" }
        for sequence in UInt64(20)...40 {
            try await there.report(
                transition(3, sequence, .running, sequence.isMultiple(of: 2) ? .active : .idle), now: 0)
        }
        #expect(cluster.writes == 1, "that it runs")
        try await there.report(transition(3, 41, .terminated), now: 0)
        try await eventually("sleep") { await here.summary.state == "terminated" }
        await one.close()
        await other.close()
    }

    @Test func `what cannot be kept is not acknowledged`() async throws {
        let cluster = FakeCluster(runsAtOnce: false)
        cluster.edit("pg-demo") {
            $0.metadata.annotations = [EndpointMarks.generation: "3"]
            $0.spec?.replicas = 1
        }
        let directory = try await directory(cluster)
        let endpoint = try #require(try await directory.endpoint(demo))
        cluster.fail(Array(repeating: ClusterFailure(.refused, "403"), count: 50))
        let kept = Task { [news = transition(3, 2, .running)] in try await endpoint.report(news, now: 0) }
        try await eventually("the report") { await endpoint.summary.state == "running" }
        await directory.close()
        await #expect(throws: ClusterEndpoint.NotKept.self) { try await kept.value }
    }

    @Test func `verifiers are read from the Secret, and the last ones count while the API is away`() async throws {
        let cluster = FakeCluster()
        cluster.edit("pg-demo") { _ in }
        let directory = try await directory(cluster)
        let endpoint = try #require(try await directory.endpoint(demo))
        #expect(try await endpoint.verifier(of: "app") == nil)
        cluster.setSecret("pg-demo-roles", ["roles.json": #"{"app":"v1"}"#])
        #expect(try await endpoint.verifier(of: "app")?.reveal() == "v1")
        #expect(try await endpoint.verifier(of: "other") == nil)
        cluster.hideSecrets(true)
        #expect(try await endpoint.verifier(of: "app")?.reveal() == "v1")
        cluster.hideSecrets(false)
        cluster.setSecret("pg-demo-roles", ["roles.json": #"{"app":"v2"}"#])
        #expect(try await endpoint.verifier(of: "app")?.reveal() == "v2")
        await directory.close()
    }

    @Test func `endpoints come, go and change their names`() async throws {
        let cluster = FakeCluster()
        let directory = try await directory(cluster)
        #expect(try await directory.endpoint(demo) == nil)
        cluster.edit("pg-demo") { _ in }
        try await eventually("the endpoint") { try await directory.endpoint(self.demo) != nil }
        cluster.edit("second") { $0.metadata.labels?[EndpointMarks.endpoint] = "demo" }
        cluster.edit("pg-other") { $0.metadata.labels?[EndpointMarks.endpoint] = "other" }
        try await eventually("one of two, and another") {
            try await directory.endpoints().map(\.name.text) == ["demo", "other"]
        }
        cluster.edit("pg-other") { $0.metadata.labels?[EndpointMarks.endpoint] = "renamed" }
        try await eventually("the new name") {
            try await directory.endpoints().map(\.name.text) == ["demo", "renamed"]
        }
        cluster.delete("pg-demo")
        cluster.edit("second") { $0.metadata.annotations = [EndpointMarks.generation: "41"] }
        try await eventually("the turn of the second") {
            try await directory.endpoint(self.demo)?.summary.generation == 41
        }
        cluster.delete("second")
        try await eventually("its end") { try await directory.endpoint(self.demo) == nil }
        await #expect(throws: APIError.madeElsewhere) {
            try await directory.create(self.demo, role: nil, database: nil)
        }
        await directory.close()
    }

    @Test func `a cluster that is restored from a backup is followed from there`() async throws {
        let cluster = FakeCluster()
        for _ in 1...20 { cluster.edit("pg-demo") { $0.metadata.annotations = [EndpointMarks.generation: "41"] } }
        let directory = try await directory(cluster)
        let endpoint = try #require(try await directory.endpoint(demo))
        let restored = Sample.object(generation: 40, version: 10)
        cluster.restore(restored)
        // Rules, before anybody has looked anew.
        try await endpoint.setRules(EndpointRules())
        try await eventually("the older one") { await endpoint.summary.generation == 40 }
        cluster.edit("pg-demo") { $0.metadata.annotations?[EndpointMarks.generation] = "43" }
        try await eventually("its next change") { await endpoint.summary.generation == 43 }
        cluster.restore(restored)
        await directory.take(.all([restored]))
        try await eventually("the older one again") { await endpoint.summary.generation == 40 }
        #expect(try await endpoint.wake(key: "", seen: 0).get().location.generation == 41)
        await directory.close()
    }

    @Test func `before the first list nobody says that there is no such endpoint`() async throws {
        let directory = ClusterDirectory(
            FakeCluster(), configuration: .init(), metrics: ControlPlaneMetrics(MetricRegistry()),
            log: Logger(label: "test"))
        await #expect(throws: APIError.notReady) { try await directory.endpoint(self.demo) }
        #expect(await !directory.isReady)
    }

    @Test func `who waits is told when the control plane stops, and nothing is put to sleep`() async throws {
        let cluster = FakeCluster(runsAtOnce: false)
        cluster.edit("pg-demo") { _ in }
        let directory = try await directory(cluster)
        let endpoint = try #require(try await directory.endpoint(demo))
        async let woken = endpoint.wake(key: "", seen: 0)
        try await eventually("the start") { cluster.started == [1] }
        await directory.close()
        let answer = await woken
        #expect(answer.failure?.reason == .closing)
        #expect(try cluster.statefulSet("pg-demo").spec?.replicas == 1)
    }

    @Test func `a start that takes too long for its asker goes on`() async throws {
        let cluster = FakeCluster(runsAtOnce: false)
        cluster.edit("pg-demo") { _ in }
        let directory = try await directory(cluster, wakeLimit: .milliseconds(50))
        let endpoint = try #require(try await directory.endpoint(demo))
        let answer = await endpoint.wake(key: "", seen: 0)
        #expect(answer.failure?.reason == .stillStarting)
        try await eventually("the start") { cluster.started == [1] }
        #expect(try cluster.statefulSet("pg-demo").spec?.replicas == 1)
        await directory.close()
    }
}

extension Result {
    fileprivate var failure: Failure? {
        if case .failure(let failure) = self { failure } else { nil }
    }
}
