import Gossip
import Synchronization
import TestKit
import Testing

@testable import Transport

struct DiscoveryTests {
    @Test(
        arguments: [
            ("10.0.0.7:7946", "10.0.0.7", 7946), ("[fd00::7]:1", "fd00::7", 1),
            ("gossip.fleet.svc:65535", "gossip.fleet.svc", 65535),
        ] as [(String, String, UInt16)]) func `targets`(text: String, host: String, port: UInt16)
    {
        let target = DiscoveryTarget(text)
        #expect(target?.host == host)
        #expect(target?.port == port)
        #expect(target?.description == text)
    }

    @Test(arguments: [
        "", "host", ":1", "host:", "host:0", "host:65536", "host:-1", "fd00::7:1", "[]:1", "a b:1", "a\n:1",
    ])
    func `no targets`(text: String) {
        #expect(DiscoveryTarget(text) == nil)
    }

    @Test func `the first answer is asked for ever more slowly, later ones steadily`() {
        var schedule = DiscoverySchedule()
        schedule.jitter = 0
        var dice = SeededDice(seed: 1)
        let waits = (0..<7).map { _ in schedule.wait(afterFinding: 0, using: &dice) }
        #expect(
            waits
                == [200, 400, 800, 1600, 3200, 5000, 5000].map { .milliseconds($0) })
        #expect(schedule.wait(afterFinding: 3, using: &dice) == .seconds(10))
        #expect(schedule.wait(afterFinding: 0, using: &dice) == .seconds(10))
    }

    @Test func `waits differ by a fifth each way`() {
        var schedule = DiscoverySchedule()
        var dice = SeededDice(seed: 1)
        let waits = (0..<1000).map { _ in schedule.wait(afterFinding: 1, using: &dice) }
        #expect(waits.allSatisfy { (.seconds(8) ... .seconds(12)).contains($0) })
        #expect(waits.contains { $0 < .milliseconds(8500) } && waits.contains { $0 > .milliseconds(11500) })
    }

    @Test func `answers are merged, sorted, and bounded to the family; failures are named`() async throws {
        let reports = Mutex<[Discovery.Report]>([])
        var discovery = Discovery(
            try targets("b.example:7", "a.example:7", "10.0.0.9:8", "gone.example:7"), family: .ipv4)
        discovery.schedule.interval = .milliseconds(1)
        let resolve: NameResolver.Resolve = { target throws(NameResolver.Failure) in
            if target.host == "gone.example" { throw .init("Name or service not known") }
            return ["10.0.0.2:7", "10.0.0.1:7", "[fd00::1]:7", "0.0.0.0:7"].compactMap { MemberAddress($0) }
        }
        let running = Task { [discovery] in
            await discovery.run(resolve: resolve) { report in reports.withLock { $0.append(report) } }
        }
        try await eventually("three rounds") { reports.withLock { $0.count } >= 3 }
        running.cancel()
        await running.value
        var expected = Discovery.Report()
        expected.addresses = ["10.0.0.1:7", "10.0.0.2:7", "10.0.0.9:8"].compactMap { MemberAddress($0) }
        expected.failures = [.init(target: try targets("gone.example:7")[0], reason: "Name or service not known")]
        #expect(reports.withLock { $0 }.allSatisfy { $0 == expected })
    }

    @Test func `the system's resolver finds this machine and not the others`() async throws {
        let resolver = NameResolver()
        let here = try await resolver.resolve(try targets("localhost:7946")[0])
        #expect(here.contains { $0.isLoopback && $0.port == 7946 })
        await #expect(throws: NameResolver.Failure.self) {
            try await resolver.resolve(try targets("nobody.invalid:7946")[0])
        }
        resolver.shutDown()
        await #expect(throws: NameResolver.Failure.self) {
            try await resolver.resolve(try targets("localhost:7946")[0])
        }
    }

    @Test func `a resolver that never answers does not hold the end up`() async throws {
        let hasAsked = Mutex(false)
        let resolve: NameResolver.Resolve = { _ throws(NameResolver.Failure) in
            hasAsked.withLock { $0 = true }
            // Ends with the task, as the system's does.
            for await _ in AsyncStream<Never>(unfolding: {
                try? await Task.sleep(for: .seconds(3600)); return nil
            }) {}
            return []
        }
        let discovery = Discovery(try targets("slow.example:7"))
        let running = Task { await discovery.run(resolve: resolve) { _ in Issue.record("no answer came") } }
        try await eventually("the question") { hasAsked.withLock { $0 } }
        running.cancel()
        await running.value
    }

    private func targets(_ texts: String...) throws -> [DiscoveryTarget] {
        try texts.map { try #require(DiscoveryTarget($0)) }
    }
}
