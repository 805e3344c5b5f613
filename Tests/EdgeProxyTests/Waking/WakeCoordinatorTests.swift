import EdgeProxy
import Gossip
import Synchronization
import TestKit
import Testing

/// One proxy's part of a wake, with members and a control plane that a test plays.
struct WakeCoordinatorTests {
    private let fixtures = EdgeFixtures()
    private let demo: EndpointName
    private let owner: MemberID
    private let second: MemberID
    private let third: MemberID

    init() throws {
        demo = try #require(EndpointName("demo"))
        let ranked = Rendezvous.ranked(["proxy-a", "proxy-b", "proxy-c"].map { MemberID($0) }, for: demo)
        (owner, second, third) = (ranked[0], ranked[1], ranked[2])
    }

    // MARK: - The played parts

    private final class PlayedPlane: WakeCalls {
        let keys = Mutex<[String]>([])
        private let answer: @Sendable (Int) async throws(WakeFailure) -> WokenCompute

        init(_ answer: @escaping @Sendable (Int) async throws(WakeFailure) -> WokenCompute) {
            self.answer = answer
        }

        func wakeCompute(
            _ endpoint: EndpointName, idempotencyKey: String, session: SessionContext,
            deadline: ContinuousClock.Instant
        ) async throws(WakeFailure) -> WokenCompute {
            let count = keys.withLock { keys in
                keys.append(idempotencyKey)
                return keys.count
            }
            return try await answer(count)
        }
    }

    private final class PlayedPeers: PeerCalls {
        let asked = Mutex<[(MemberID, WakeCall)]>([])
        private let answer: @Sendable (MemberID) async -> ComputeWakeReply

        init(_ answer: @escaping @Sendable (MemberID) async -> ComputeWakeReply = { _ in .lost }) {
            self.answer = answer
        }

        func wake(
            _ call: WakeCall, for errand: WakeErrand, deadline: ContinuousClock.Instant, at member: MemberID,
            hear: @Sendable (ComputeWakeReply) async -> Void
        ) async {
            asked.withLock { $0.append((member, call)) }
            await hear(.beat(nil))
            await hear(await answer(member))
        }

        func flightState(of endpoint: EndpointName, at member: MemberID) async -> WakeFlightState? { nil }

        var members: [MemberID] { asked.withLock { $0.map(\.0) } }
    }

    private static func compute(_ generation: UInt64?, port: Int = 5432) -> WokenCompute {
        WokenCompute(
            generation: generation, host: "127.0.0.1", port: port, serverName: "c\(generation ?? 0)",
            computeID: "c\(generation ?? 0)")
    }

    private func located(_ generation: UInt64, sequence: UInt64 = 0) -> ComputeLocation {
        ComputeLocation(
            endpoint: demo, version: FactVersion(generation: generation, sequence: sequence), host: "127.0.0.1",
            port: 5432, serverName: "c\(generation)", computeID: "c\(generation)")
    }

    private func coordinator(
        me: MemberID, plane: PlayedPlane, peers: PlayedPeers = PlayedPeers(), cacheSize: Int = 100,
        rate: AttemptRate? = nil, outbox: FactOutbox = FactOutbox { _ in }
    ) -> (WakeCoordinator, LocationTable) {
        let table = LocationTable(
            CacheLimits(size: cacheSize, timeToLive: .seconds(60)), metrics: fixtures.metrics)
        let nowhere = NetworkAddress(host: "127.0.0.1", port: 1)
        let coordinator = WakeCoordinator(
            fleet: FleetView(me: me, members: [owner, second, third].map { FleetMember(id: $0, grpc: nowhere) }),
            table: table, peers: peers, controlPlane: plane, outbox: outbox, configuration: WakeConfiguration(),
            rate: rate, seed: 1, metrics: fixtures.metrics, logger: fixtures.logger)
        return (coordinator, table)
    }

    private func running<Result: Sendable>(
        _ coordinator: WakeCoordinator, _ body: @escaping @Sendable (WakeCoordinator) async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                await coordinator.run()
                return nil
            }
            group.addTask { try await body(coordinator) }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }

    private func locate(
        _ coordinator: WakeCoordinator, limit: Duration = .seconds(20)
    ) async throws(WakeFailure) -> Located {
        try await coordinator.location(of: demo, session: fixtures.session, deadline: .now + limit)
    }

    // MARK: - The owner

    @Test func `an endpoint that is woken too often is told when to come again`() async throws {
        let plane = PlayedPlane { Self.compute(UInt64($0)) }
        let (coordinator, table) = coordinator(
            me: owner, plane: plane, rate: AttemptRate(perSecond: 0.1, burst: 2))
        try await running(coordinator) { coordinator in
            for generation in [UInt64(1), 2] {
                let woken = try await locate(coordinator)
                #expect(woken.location == located(generation))
                table.invalidate(demo, upTo: woken.location.version, because: .ended)
            }
            let failure = try await #require(throws: WakeFailure.self) { try await locate(coordinator) }
            #expect(failure.reason == .rateLimited)
            #expect(failure.sqlState == "53300")
            #expect(failure.hint == "Try again in 10 seconds.")
        }
        #expect(plane.keys.withLock { $0.count } == 2)
        #expect(fixtures.metrics.exposition().contains(#"sidecar_limits_reached_total{limit="wake_rate"} 1"#))
    }

    @Test func `two hundred sessions at the owner cost one call`() async throws {
        let gate = Gate()
        let plane = PlayedPlane { _ in
            await gate.wait()
            return Self.compute(1)
        }
        let (coordinator, _) = coordinator(me: owner, plane: plane)
        try await running(coordinator) { coordinator in
            try await withThrowingTaskGroup(of: Located.self) { group in
                for _ in 0..<200 { group.addTask { try await locate(coordinator) } }
                try await eventually("the call is on its way") { plane.keys.withLock { !$0.isEmpty } }
                await gate.open()
                for try await located in group { #expect(located.location == self.located(1)) }
            }
            let answer = try await locate(coordinator)
            #expect(answer == Located(location: located(1), isCached: true))
        }
        #expect(plane.keys.withLock { $0 } == ["demo:0:0"])
    }

    @Test func `a dead address found by many costs one wake, and asks for a later generation`() async throws {
        let plane = PlayedPlane { count in Self.compute(UInt64(count)) }
        let (coordinator, _) = coordinator(me: owner, plane: plane)
        try await running(coordinator) { coordinator in
            let first = try await locate(coordinator)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<100 {
                    group.addTask {
                        coordinator.invalidate(demo, upTo: first.location.version)
                        let answer = try await locate(coordinator)
                        #expect(answer.location == located(2))
                    }
                }
                try await group.waitForAll()
            }
        }
        #expect(plane.keys.withLock { $0 } == ["demo:0:0", "demo:1:0"])
    }

    @Test func `a confirmed generation is cached again, and the next doubt is a new question`() async throws {
        let plane = PlayedPlane { _ in Self.compute(3) }
        let (coordinator, table) = coordinator(me: owner, plane: plane)
        try await running(coordinator) { coordinator in
            _ = try await locate(coordinator)
            coordinator.invalidate(demo, upTo: located(3).version)
            let answer = try await locate(coordinator)
            #expect(answer.location == located(3))
            #expect(table.peek(demo) == located(3))
        }
        #expect(plane.keys.withLock { $0 } == ["demo:0:0", "demo:3:0"])
    }

    @Test func `a control plane without generations is numbered here`() async throws {
        let plane = PlayedPlane { count in Self.compute(nil, port: count == 1 ? 5001 : 5002) }
        let (coordinator, _) = coordinator(me: owner, plane: plane)
        try await running(coordinator) { coordinator in
            let first = try await locate(coordinator)
            #expect(first.location.version == FactVersion(generation: 1, sequence: 0))
            coordinator.invalidate(demo, upTo: first.location.version)
            let next = try await locate(coordinator)
            #expect(next.location.version == FactVersion(generation: 2, sequence: 0))
            #expect(next.location.port == 5002)
        }
    }

    @Test func `an answer that its agent has already ended is asked about again`() async throws {
        let plane = PlayedPlane { count in Self.compute(UInt64(count)) }
        let (coordinator, table) = coordinator(me: owner, plane: plane)
        table.invalidate(demo, upTo: FactVersion(generation: 1, sequence: 7), because: .ended)
        try await running(coordinator) { coordinator in
            let answer = try await locate(coordinator)
            #expect(answer.location == located(2))
        }
        #expect(plane.keys.withLock { $0 } == ["demo:1:0", "demo:1:1"] || plane.keys.withLock { $0 } == ["demo:1:0"])
    }

    @Test func `a failure reaches everybody`() async throws {
        let plane = PlayedPlane { _ throws(WakeFailure) in throw WakeFailure(reason: .controlPlaneUnreachable) }
        let (coordinator, _) = coordinator(me: owner, plane: plane)
        try await running(coordinator) { coordinator in
            await withTaskGroup(of: WakeFailure.Reason?.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        do throws(WakeFailure) {
                            _ = try await locate(coordinator)
                            return nil
                        } catch { return error.reason }
                    }
                }
                for await reason in group { #expect(reason == .controlPlaneUnreachable) }
            }
        }
        #expect(plane.keys.withLock { $0.count } == 1)
    }

    @Test func `a waiter's deadline ends its wait, not the wake`() async throws {
        let gate = Gate()
        let plane = PlayedPlane { _ in
            await gate.wait()
            return Self.compute(1)
        }
        let (coordinator, table) = coordinator(me: owner, plane: plane)
        try await running(coordinator) { coordinator in
            let failure = try await #require(throws: WakeFailure.self) {
                try await locate(coordinator, limit: .milliseconds(50))
            }
            #expect(failure.reason == .deadlineExceeded)
            #expect(failure.sqlState == "57P03")
            await gate.open()
            try await eventually("the wake lands") { table.peek(demo) == located(1) }
        }
        #expect(plane.keys.withLock { $0.count } == 1)
    }

    @Test func `a cancelled session leaves, the wake goes on`() async throws {
        let gate = Gate()
        let plane = PlayedPlane { _ in
            await gate.wait()
            return Self.compute(1)
        }
        let (coordinator, table) = coordinator(me: owner, plane: plane)
        try await running(coordinator) { coordinator in
            let reason = await withTaskGroup(of: WakeFailure.Reason?.self) { group in
                group.addTask {
                    do throws(WakeFailure) {
                        _ = try await locate(coordinator)
                        return nil
                    } catch { return error.reason }
                }
                try? await eventually("the call is on its way") { plane.keys.withLock { !$0.isEmpty } }
                group.cancelAll()
                return await group.next() ?? nil
            }
            #expect(reason == .cancelled)
            await gate.open()
            try await eventually("the wake lands") { table.peek(demo) == located(1) }
        }
    }

    @Test func `an agent's report answers before the control plane does`() async throws {
        let gate = Gate()
        let plane = PlayedPlane { _ in
            await gate.wait()
            return Self.compute(1)
        }
        let (coordinator, table) = coordinator(me: owner, plane: plane)
        try await running(coordinator) { coordinator in
            async let session = locate(coordinator)
            try await eventually("the call is on its way") { plane.keys.withLock { !$0.isEmpty } }
            await coordinator.learned(located(1, sequence: 4))
            let answer = try await session
            #expect(answer.location == located(1, sequence: 4))
            await gate.open()
            try await eventually("the flight has landed") { await coordinator.flightCount == 0 }
            // The control plane's word is the older one of the two.
            #expect(table.peek(demo) == located(1, sequence: 4))
        }
    }

    // MARK: - The others

    @Test func `two hundred sessions elsewhere cost one question to the owner`() async throws {
        let gate = Gate()
        let plane = PlayedPlane { _ in Self.compute(99) }
        let located = located(1)
        let peers = PlayedPeers { _ in
            await gate.wait()
            return .settled(.ready(located))
        }
        let (coordinator, _) = coordinator(me: third, plane: plane, peers: peers)
        try await running(coordinator) { coordinator in
            try await withThrowingTaskGroup(of: Located.self) { group in
                for _ in 0..<200 { group.addTask { try await locate(coordinator) } }
                try await eventually("the owner is asked") { !peers.members.isEmpty }
                await gate.open()
                for try await answer in group { #expect(answer.location == located) }
            }
        }
        #expect(peers.members == [owner])
        #expect(plane.keys.withLock { $0.isEmpty })
    }

    @Test func `a silent owner is passed over for the next rank`() async throws {
        let plane = PlayedPlane { _ in Self.compute(99) }
        let located = located(1)
        let (owner, second) = (owner, second)
        let peers = PlayedPeers { $0 == owner ? .lost : .settled(.ready(located)) }
        let (coordinator, _) = coordinator(me: third, plane: plane, peers: peers)
        try await running(coordinator) { coordinator in
            let answer = try await locate(coordinator)
            #expect(answer.location == located)
        }
        #expect(peers.members == [owner, second])
        #expect(plane.keys.withLock { $0.isEmpty })
    }

    @Test func `oneself is the last resort`() async throws {
        let plane = PlayedPlane { _ in Self.compute(1) }
        let peers = PlayedPeers()
        let (coordinator, _) = coordinator(me: third, plane: plane, peers: peers)
        try await running(coordinator) { coordinator in
            let answer = try await locate(coordinator)
            #expect(answer.location == located(1))
        }
        #expect(peers.members == [owner, second])
        #expect(plane.keys.withLock { $0 } == ["demo:0:0"])
    }

    @Test func `an owner's no is not taken to the next rank`() async throws {
        let plane = PlayedPlane { _ in Self.compute(1) }
        let peers = PlayedPeers { _ in .settled(.failed(WakeFailure(reason: .quotaExceeded))) }
        let (coordinator, _) = coordinator(me: third, plane: plane, peers: peers)
        try await running(coordinator) { coordinator in
            let failure = try await #require(throws: WakeFailure.self) { try await locate(coordinator) }
            #expect(failure.reason == .quotaExceeded)
        }
        #expect(peers.members == [owner])
    }

    // MARK: - Asked by members

    private func asked(
        _ coordinator: WakeCoordinator, seen: UInt64 = 0, hops: UInt32 = 0, suspected: [MemberID] = []
    ) async -> WakeSwitchboard.Answer {
        await coordinator.answer(
            WakeCall(endpoint: demo, key: WakeKey(seen: seen), hops: hops, suspected: suspected),
            session: fixtures.session, deadline: .now + .seconds(20))
    }

    @Test func `members of one endpoint share the owner's flight`() async throws {
        let gate = Gate()
        let plane = PlayedPlane { _ in
            await gate.wait()
            return Self.compute(1)
        }
        let (coordinator, _) = coordinator(me: owner, plane: plane)
        try await running(coordinator) { coordinator in
            try await withThrowingTaskGroup(of: WakeSwitchboard.Answer.self) { group in
                for _ in 0..<100 { group.addTask { await asked(coordinator) } }
                group.addTask { .settled(.ready(try await locate(coordinator).location)) }
                try await eventually("the call is on its way") { plane.keys.withLock { !$0.isEmpty } }
                await gate.open()
                for try await answer in group { #expect(answer == .settled(.ready(located(1)))) }
            }
        }
        #expect(plane.keys.withLock { $0.count } == 1)
    }

    @Test func `a location later than what the member has seen is answered without a call`() async throws {
        let plane = PlayedPlane { _ in Self.compute(9) }
        let (coordinator, table) = coordinator(me: owner, plane: plane)
        table.fill(located(4), as: .fresh)
        try await running(coordinator) { coordinator in
            #expect(await asked(coordinator, seen: 3) == .settled(.ready(located(4))))
            #expect(plane.keys.withLock { $0.isEmpty })
            #expect(await asked(coordinator, seen: 4) == .settled(.ready(located(9))))
        }
        #expect(plane.keys.withLock { $0 } == ["demo:4:0"])
    }

    @Test func `who is asked and is not the owner names it`() async throws {
        let plane = PlayedPlane { _ in Self.compute(1) }
        let (coordinator, _) = coordinator(me: second, plane: plane)
        try await running(coordinator) { coordinator in
            #expect(await asked(coordinator) == .redirected(to: owner, unknown: [owner]))
        }
        #expect(plane.keys.withLock { $0.isEmpty })
    }

    @Test func `and executes what has been redirected already`() async throws {
        let plane = PlayedPlane { _ in Self.compute(1) }
        let peers = PlayedPeers()
        let (coordinator, _) = coordinator(me: third, plane: plane, peers: peers)
        try await running(coordinator) { coordinator in
            #expect(await asked(coordinator, hops: 1) == .settled(.ready(located(1))))
        }
        #expect(peers.members.isEmpty)
        #expect(plane.keys.withLock { $0.count } == 1)
    }

    // MARK: - Told to the fleet

    @Test func `what a wake brought is told, and once what nobody reached; a confirmation is not`() async throws {
        let plane = PlayedPlane { count in Self.compute(count == 1 ? 1 : 2) }
        let unreachable = Fact.endpoint(
            EndpointFact(endpoint: demo, version: FactVersion(generation: 2, sequence: 0), phase: .unreachable))
        let told = HeardFacts()
        try await told.run { outbox in
            let (coordinator, _) = coordinator(me: owner, plane: plane, outbox: outbox)
            try await running(coordinator) { coordinator in
                let first = try await locate(coordinator)
                coordinator.invalidate(demo, upTo: first.location.version)
                let second = try await locate(coordinator)
                for _ in 0..<50 { coordinator.invalidate(demo, upTo: second.location.version) }
                // Confirmed by the control plane: everybody finds that out alone.
                let confirmed = try await locate(coordinator)
                #expect(confirmed.location == located(2))
            }
            try await eventually("all is told") { told.all.count >= 4 }
        }
        #expect(told.all.count == 4)
        #expect(told.all.first == located(1).fact)
        #expect(told.all.last == unreachable)
    }

    @Test func `numbers of this process's own are told to nobody`() async throws {
        let plane = PlayedPlane { _ in Self.compute(nil) }
        let told = HeardFacts()
        try await told.run { outbox in
            let (coordinator, _) = coordinator(me: owner, plane: plane, outbox: outbox)
            try await running(coordinator) { _ = try await locate($0) }
        }
        #expect(told.all.isEmpty)
    }
}

/// Opens once.
private actor Gate {
    private var isOpen = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func wait() async {
        if isOpen { return }
        await withCheckedContinuation { waiting.append($0) }
    }

    func open() {
        isOpen = true
        for continuation in waiting { continuation.resume() }
        waiting = []
    }
}
