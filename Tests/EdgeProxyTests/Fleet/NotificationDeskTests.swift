import EdgeProxy
import Gossip
import TestKit
import Testing

/// News from a control plane: through two proxies' caches and what gossip carries between them.
struct NotificationDeskTests {
    private let fixtures = EdgeFixtures()
    private let demo: EndpointName

    init() throws {
        demo = try #require(EndpointName("demo"))
    }

    private struct Nobody: PeerCalls, WakeCalls {
        func wake(
            _ call: WakeCall, for errand: WakeErrand, deadline: ContinuousClock.Instant, at member: MemberID,
            hear: @Sendable (ComputeWakeReply) async -> Void
        ) async {}

        func flightState(of endpoint: EndpointName, at member: MemberID) async -> WakeFlightState? { nil }

        func wakeCompute(
            _ endpoint: EndpointName, idempotencyKey: String, session: SessionContext,
            deadline: ContinuousClock.Instant
        ) async throws(WakeFailure) -> WokenCompute { throw WakeFailure(reason: .endpointNotFound) }
    }

    private struct Proxy: Sendable {
        let directory: RoleDirectory
        let facts: FactBridge
        let told = HeardFacts()

        init(_ base: String, _ fixtures: EdgeFixtures, unixMicros: UInt64) {
            let table = LocationTable(CacheLimits(size: 10, timeToLive: .seconds(60)), metrics: fixtures.metrics)
            let me = MemberID("proxy-a")
            let fleet = FleetView(
                me: me, members: [FleetMember(id: me, grpc: NetworkAddress(host: "127.0.0.1", port: 1))])
            let wakes = WakeCoordinator(
                fleet: fleet, table: table, peers: Nobody(), controlPlane: Nobody(), outbox: told.outbox,
                configuration: WakeConfiguration(), seed: 1, metrics: fixtures.metrics, logger: fixtures.logger)
            directory = RoleDirectory(
                source: fixtures.calls(base), limits: ProjectInfoLimits(), negativeTimeToLive: .seconds(1),
                metrics: fixtures.metrics, logger: fixtures.logger)
            facts = FactBridge(
                table: table, wakes: wakes, directory: directory, outbox: told.outbox, unixMicros: { unixMicros })
        }
    }

    private func message(_ topic: String, _ data: String) -> [UInt8] {
        Array(
            #"{"type":"message","topic":"\#(topic)","data":"{\"project_id\":\"\#(data)\",\"role_name\":\"r\"}"}"#.utf8)
    }

    /// The first proxy's clock is behind the second's.
    private func run(
        project: String = "quiet-sea-1", lag: Duration = .seconds(60),
        _ body: @escaping @Sendable (Proxy, Proxy, NotificationDesk, ScriptedControlPlane) async throws -> Void
    ) async throws {
        let plane = ScriptedControlPlane { _ in
            .json(#"{"role_secret":"\#(EdgeFixtures.verifier)","project_id":"\#(project)"}"#)
        }
        try await plane.serve { base in
            let here = Proxy(base, fixtures, unixMicros: 1_000)
            let there = Proxy(base, fixtures, unixMicros: 2_000)
            let desk = NotificationDesk(facts: here.facts, lag: lag, logger: fixtures.logger)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await here.directory.run() }
                group.addTask { await there.directory.run() }
                group.addTask { await desk.run() }
                try await body(here, there, desk, plane)
                group.cancelAll()
            }
        }
    }

    private func ask(_ proxy: Proxy) async throws {
        _ = try await proxy.directory.accessControl(endpoint: demo, role: "demo", session: fixtures.session)
    }

    @Test func `a project's news makes every proxy ask anew, about its endpoints only`() async throws {
        try await run { here, there, desk, plane in
            for proxy in [here, there, here, there] { try await ask(proxy) }
            #expect(plane.asked.count == 2)
            let summary = try await desk.receive(message("/password_updated", "quiet-sea-1"))
            #expect(summary.topic == .role && summary.names == ["quiet-sea-1"] && summary.untold.isEmpty)
            for fact in here.told.all { await there.facts.learned(fact) }
            for proxy in [here, there, here, there] { try await ask(proxy) }
            #expect(plane.asked.count == 4)
            _ = try await desk.receive(message("/password_updated", "loud-sea-2"))
            for fact in here.told.all { await there.facts.learned(fact) }
            for proxy in [here, there] { try await ask(proxy) }
            #expect(plane.asked.count == 4)
        }
    }

    @Test func `it is applied again a little later, and told again`() async throws {
        try await run(lag: .milliseconds(50)) { here, _, desk, plane in
            try await ask(here)
            _ = try await desk.receive(message("/allowed_ips_updated", "quiet-sea-1"))
            try await ask(here)
            // On a machine that is slow the second time may have come before that.
            let wasBetween = here.told.all.count == 1
            try await eventually("the second time is told") { here.told.all.count == 2 }
            try await ask(here)
            #expect(plane.asked.count == 3 || !wasBetween)
            guard case .secrets(let first) = here.told.all[0], case .secrets(let second) = here.told.all[1] else {
                Issue.record("told something else")
                return
            }
            #expect(first.endpoint == second.endpoint && first.revision < second.revision)
        }
    }

    @Test func `a proxy whose clock is behind is heard all the same`() async throws {
        try await run { here, there, desk, plane in
            for proxy in [here, there] { try await ask(proxy) }
            let theirs = await there.facts.secretsChanged(of: demo)
            for fact in there.told.all { await here.facts.learned(fact) }
            let ours = await here.facts.secretsChanged(of: demo)
            #expect(ours > theirs)
            let before = plane.asked.count
            try await ask(there)
            for fact in here.told.all { await there.facts.learned(fact) }
            try await ask(there)
            #expect(plane.asked.count == before + 2)
        }
    }

    @Test func `a name that gossip cannot carry is applied here, and said`() async throws {
        try await run(project: "Org_7") { here, _, desk, plane in
            try await ask(here)
            let summary = try await desk.receive(message("/project_settings_update", "Org_7"))
            #expect(summary.untold == ["Org_7"])
            #expect(here.told.all.isEmpty)
            try await ask(here)
            #expect(plane.asked.count == 2)
        }
    }

    @Test func `what is about something else changes nothing`() async throws {
        try await run { here, _, desk, _ in
            let summary = try await desk.receive(message("/weather_update", "quiet-sea-1"))
            #expect(summary == NotificationDesk.Summary(topic: .unknown, names: [], untold: []))
            await #expect(throws: SettingsNotification.Malformed.notJSON) { try await desk.receive([0x7B]) }
            #expect(here.told.all.isEmpty)
        }
    }

    @Test func `numbers of changes only grow`() {
        let clock = Held(RevisionClock())
        #expect(clock { $0.next(unixMicros: 100) } == 100)
        #expect(clock { $0.next(unixMicros: 100) } == 101)
        #expect(clock { $0.next(unixMicros: 50) } == 102)
        clock { $0.heard(500) }
        clock { $0.heard(300) }
        #expect(clock { $0.next(unixMicros: 200) } == 501)
        #expect(clock { $0.next(unixMicros: 200, least: 900) } == 900)
        #expect(clock { $0.next(unixMicros: 1_000) } == 1_000)
        clock { $0.heard(.max) }
        #expect(clock { $0.next(unixMicros: 1_000) } == .max)
    }
}
