import EdgeProxy
import GRPCLite
import Gossip
import SidecarAPI
import Synchronization
import Telemetry
import TestKit
import Testing
import Transport

/// Wakes and reports across three proxies: mutual TLS, gRPC and HTTP are real.
@Suite(.serialized) struct FleetWakeTests {
    private let fixtures = EdgeFixtures()
    private let demo: EndpointName

    init() throws {
        demo = try #require(EndpointName("demo"))
    }

    private func locate(_ proxy: SmallFleet.Proxy) async throws -> Located {
        try await proxy.wakes.location(of: demo, session: fixtures.session, deadline: .now + .seconds(60))
    }

    private func transition(
        _ state: ReportV1.ComputeState, _ generation: UInt64, _ sequence: UInt64, endpoint: String = "demo"
    ) -> ReportV1.Transition {
        ReportV1.Transition(
            endpoint: endpoint, computeID: "compute-demo-\(generation)",
            version: ReportV1.Version(generation: generation, sequence: sequence), state: state,
            address: "127.0.0.1:6000", serverName: "compute-demo-\(generation)")
    }

    private func agent(_ generation: UInt64) -> FleetIdentity {
        .compute(demo, computeID: "compute-demo-\(generation)")
    }

    @Test func `six hundred clients over three proxies cost one request`() async throws {
        let plane = ScriptedControlPlane { _ in
            // Long enough that everybody comes while it is on its way, and several beats pass.
            try? await Task.sleep(for: .milliseconds(900))
            return .json(EdgeFixtures.wakeBody(generation: 1))
        }
        try await plane.serve { base in
            try await SmallFleet.run(controlPlane: base) { fleet in
                try await withThrowingTaskGroup(of: ComputeLocation.self) { group in
                    for proxy in fleet.proxies {
                        for _ in 0..<200 { group.addTask { try await locate(proxy).location } }
                    }
                    for try await location in group { #expect(location.version.generation == 1) }
                }
                for proxy in fleet.proxies {
                    let answer = try await locate(proxy)
                    #expect(answer.isCached)
                }
            }
        }
        #expect(plane.count(of: "/wake_compute") == 1)
    }

    @Test func `a dead address found on every proxy costs one more request`() async throws {
        let generation = Mutex<UInt64>(0)
        let plane = ScriptedControlPlane { _ in
            .json(
                EdgeFixtures.wakeBody(
                    generation: generation.withLock { generation in
                        generation += 1
                        return generation
                    }))
        }
        try await plane.serve { base in
            try await SmallFleet.run(controlPlane: base) { fleet in
                for proxy in fleet.proxies { _ = try await locate(proxy) }
                try await withThrowingTaskGroup(of: ComputeLocation.self) { group in
                    for proxy in fleet.proxies {
                        for _ in 0..<50 {
                            group.addTask {
                                proxy.wakes.invalidate(demo, upTo: FactVersion(generation: 1, sequence: 0))
                                return try await locate(proxy).location
                            }
                        }
                    }
                    for try await location in group { #expect(location.version.generation == 2) }
                }
            }
        }
        #expect(plane.asked.map { $0.headers["idempotency-key"] } == ["demo:0:0", "demo:1:0"])
    }

    @Test func `the owner's failure reaches the client of another proxy with its SQLSTATE`() async throws {
        let plane = ScriptedControlPlane { _ in .json("", status: 406) }
        try await plane.serve { base in
            try await SmallFleet.run(controlPlane: base) { fleet in
                for proxy in fleet.proxies {
                    let failure = await #expect(throws: WakeFailure.self) { try await locate(proxy) }
                    #expect(failure?.reason == .endpointDisabled)
                    #expect(failure?.sqlState == "55000")
                }
            }
        }
    }

    @Test func `when the owner is gone the next rank wakes`() async throws {
        let plane = ScriptedControlPlane { _ in .json(EdgeFixtures.wakeBody(generation: 1)) }
        try await plane.serve { base in
            try await SmallFleet.run(controlPlane: base) { fleet in
                let ranked = Rendezvous.ranked(fleet.proxies.map(\.id), for: demo)
                let owner = try #require(fleet.proxy(ranked[0]))
                await owner.listening.shutdown(grace: .zero)
                let last = try #require(fleet.proxy(ranked[2]))
                let answer = try await locate(last)
                #expect(answer.location.version.generation == 1)
                let second = try #require(fleet.proxy(ranked[1]))
                #expect(second.table.peek(demo) != nil)
            }
        }
        #expect(plane.count(of: "/wake_compute") == 1)
    }

    @Test func `an owner lost in mid-flight costs a second request under the same key, and no client an error`()
        async throws
    {
        let plane = ScriptedControlPlane { _ in
            try? await Task.sleep(for: .milliseconds(1200))
            return .json(EdgeFixtures.wakeBody(generation: 1))
        }
        try await plane.serve { base in
            try await SmallFleet.run(controlPlane: base) { fleet in
                let ranks = try ranked(fleet)
                try await withThrowingTaskGroup(of: ComputeLocation.self) { group in
                    for proxy in ranks.dropFirst() {
                        for _ in 0..<100 { group.addTask { try await locate(proxy).location } }
                    }
                    try await eventually("both have asked the owner") {
                        guard plane.count(of: "/wake_compute") == 1 else { return false }
                        let counts = (await ranks[1].wakes.flightCount, await ranks[2].wakes.flightCount)
                        return counts == (1, 1)
                    }
                    await ranks[0].listening.shutdown(grace: .zero)
                    for try await location in group { #expect(location.version.generation == 1) }
                }
            }
        }
        #expect(plane.asked.map { $0.headers["idempotency-key"] } == ["demo:0:0", "demo:0:0"])
    }

    @Test func `members show whether they are there`() async throws {
        try await SmallFleet.run(controlPlane: "http://127.0.0.1:1/") { fleet in
            let (first, second) = (fleet.proxies[0], fleet.proxies[1])
            #expect(
                await first.links.liveness(of: second.id) == .alive(isDraining: false, process: ProcessID(bits: 2)))
            second.fleet.beganDraining()
            #expect(await first.links.liveness(of: second.id) == .alive(isDraining: true, process: ProcessID(bits: 2)))
            await second.listening.shutdown(grace: .zero)
            #expect(await first.links.liveness(of: second.id) == .unreachable)
            #expect(await first.links.liveness(of: MemberID("nobody")) == .unreachable)
        }
    }

    // MARK: - Views that differ

    /// As gossip would tell `proxy`: these are all there is.
    private func tell(_ proxy: SmallFleet.Proxy, of members: [SmallFleet.Proxy], draining: [MemberID] = []) {
        let cards = members.compactMap { member in
            SmallFleet.card(
                member.id, port: member.listening.port, isDraining: draining.contains(member.id))
        }
        proxy.fleet.update(cards.map { MemberReport(card: $0, health: .alive) })
    }

    private func ranked(_ fleet: SmallFleet) throws -> [SmallFleet.Proxy] {
        try Rendezvous.ranked(fleet.proxies.map(\.id), for: demo).map { try #require(fleet.proxy($0)) }
    }

    @Test func `who does not know the owner is redirected to it, with its card`() async throws {
        let plane = ScriptedControlPlane { _ in .json(EdgeFixtures.wakeBody(generation: 1)) }
        try await plane.serve { base in
            try await SmallFleet.run(controlPlane: base) { fleet in
                let ranks = try ranked(fleet)
                tell(ranks[2], of: [ranks[1], ranks[2]])
                let answer = try await locate(ranks[2])
                #expect(answer.location.version.generation == 1)
                #expect(ranks[2].cards.all.withLock { $0.map(\.name) } == [ranks[0].id])
                #expect(ranks[0].table.peek(demo) != nil)
                #expect(ranks[1].table.peek(demo) == nil)
            }
        }
        #expect(plane.count(of: "/wake_compute") == 1)
    }

    @Test func `a draining owner sends its callers to the next rank`() async throws {
        let plane = ScriptedControlPlane { _ in .json(EdgeFixtures.wakeBody(generation: 1)) }
        try await plane.serve { base in
            try await SmallFleet.run(controlPlane: base) { fleet in
                let ranks = try ranked(fleet)
                ranks[0].fleet.beganDraining()
                let answer = try await locate(ranks[2])
                #expect(answer.location.version.generation == 1)
                #expect(ranks[1].table.peek(demo) != nil)
                #expect(ranks[0].table.peek(demo) == nil)
                // And asks there itself, for its own sessions.
                let own = try await locate(ranks[0])
                #expect(own.location.version.generation == 1)
            }
        }
        #expect(plane.count(of: "/wake_compute") == 1)
    }

    @Test func `a member that comes back elsewhere is dialled there`() async throws {
        try await SmallFleet.run(controlPlane: "http://127.0.0.1:1/") { fleet in
            let (first, second, third) = (fleet.proxies[0], fleet.proxies[1], fleet.proxies[2])
            #expect(await first.links.liveness(of: second.id) != .unreachable)
            // At the third one's address nobody can prove to be the second.
            let moved = try #require(SmallFleet.card(second.id, port: third.listening.port))
            first.fleet.update([MemberReport(card: moved, health: .alive)])
            #expect(await first.links.liveness(of: second.id) == .unreachable)
            #expect(await first.links.liveness(of: third.id) == .unreachable)
            tell(first, of: fleet.proxies)
            #expect(await first.links.liveness(of: second.id) != .unreachable)
        }
    }

    @Test func `flights, pings and repair are answered over the stream`() async throws {
        let plane = ScriptedControlPlane { _ in
            try? await Task.sleep(for: .milliseconds(500))
            return .json(EdgeFixtures.wakeBody(generation: 1))
        }
        try await plane.serve { base in
            try await SmallFleet.run(controlPlane: base) { fleet in
                let ranks = try ranked(fleet)
                let (owner, other) = (ranks[0], ranks[1])
                #expect(await other.links.flightState(of: demo, at: owner.id) == .idle)
                async let location = locate(other)
                try await eventually("the owner's flight is seen") {
                    await other.links.flightState(of: demo, at: owner.id) == .underWay(WakeKey(seen: 0))
                }
                _ = try await location
                owner.fleet.beganDraining()
                #expect(await other.links.flightState(of: demo, at: owner.id) == .draining)
                #expect(await other.links.flightState(of: demo, at: MemberID("nobody")) == nil)

                let second = fleet.proxies[1]
                var card = try #require(SmallFleet.card(second.id, port: second.listening.port))
                #expect(await !fleet.proxies[0].links.ping(card))
                card.process = ProcessID(bits: 2)
                #expect(await fleet.proxies[0].links.ping(card))
                let asker = fleet.proxies[0].links
                #expect(await asker.repair(.everything(fromBucket: 3), at: second.id) == .differing([4]))
                #expect(await asker.repair(.groups([]), at: second.id) == nil)
            }
        }
    }

    // MARK: - Facts

    @Test func `what gossip brings completes the waiting, moves the table, and is not told again`() async throws {
        let plane = ScriptedControlPlane { _ in
            try? await Task.sleep(for: .seconds(20))
            return .json("", status: 500)
        }
        try await plane.serve { base in
            try await SmallFleet.run(controlPlane: base) { fleet in
                let proxy = fleet.proxies[0]
                func fact(_ phase: EndpointFact.Phase, _ sequence: UInt64) -> Fact {
                    .endpoint(
                        EndpointFact(
                            endpoint: demo, version: FactVersion(generation: 4, sequence: sequence), phase: phase))
                }
                let place = ComputePlace(address: "127.0.0.1:6000", serverName: "c4", computeID: "c4")
                async let located = locate(proxy)
                try await eventually("somebody waits") { await proxy.wakes.flightCount > 0 }
                await proxy.facts.learned(fact(.running(place), 2))
                let location = try await located.location
                #expect(location.port == 6000 && location.version == FactVersion(generation: 4, sequence: 2))
                await proxy.facts.learned(fact(.unreachable, 2))
                #expect(proxy.table.peek(demo) == nil)
                await proxy.facts.learned(fact(.running(place), 3))
                #expect(proxy.table.peek(demo)?.version.sequence == 3)
                await proxy.facts.learned(fact(.ended, 4))
                await proxy.facts.learned(fact(.running(place), 3))
                #expect(proxy.table.peek(demo) == nil)
                #expect(proxy.table.seenGeneration(of: demo) == 4)
                // Nothing to dial is nothing to know.
                let nowhere = ComputePlace(address: "nowhere", serverName: "", computeID: "c5")
                await proxy.facts.learned(fact(.running(nowhere), 5))
                #expect(proxy.table.peek(demo) == nil)
                #expect(proxy.told.all.isEmpty)
            }
        }
    }

    // MARK: - Reports

    @Test func `a running compute is known without a question, and acknowledged`() async throws {
        try await SmallFleet.run(controlPlane: "http://127.0.0.1:1/") { fleet in
            let proxy = fleet.proxies[0]
            let client = ReportV1.ReportsClient(try fleet.channel(to: proxy, as: agent(4)))
            let call = try await client.report()
            for (sequence, state) in [(1, .`init`), (2, .running)] as [(UInt64, ReportV1.ComputeState)] {
                try await call.send(transition(state, 4, sequence))
            }
            var acks = call.responses.makeAsyncIterator()
            for sequence in 1...2 as ClosedRange<UInt64> {
                let ack = try await acks.next()
                #expect(ack?.version == ReportV1.Version(generation: 4, sequence: sequence))
            }
            // Acknowledged means applied.
            let location = try #require(proxy.table.peek(demo))
            #expect(location.version == FactVersion(generation: 4, sequence: 2))
            #expect(location.port == 6000)
            #expect(location.serverName == "compute-demo-4")
            // And handed over.
            #expect(proxy.told.all == [location.fact])
            call.cancel()
        }
    }

    @Test func `what an agent says of its storage and its size is kept until its end, and told to who watches`()
        async throws
    {
        try await SmallFleet.run(controlPlane: "http://127.0.0.1:1/") { fleet in
            let proxy = fleet.proxies[0]
            let watch = try #require(proxy.events.watch(EventFilter(kinds: [.fact], endpoint: demo)))
            let client = ReportV1.ReportsClient(try fleet.channel(to: proxy, as: agent(4)))
            let call = try await client.report()
            var acks = call.responses.makeAsyncIterator()
            func report(_ state: ReportV1.ComputeState, _ sequence: UInt64, port: Int, memory: UInt64?) async throws {
                var told = transition(state, 4, sequence)
                let server = ReportV1.Pageserver(id: 9, libpqURL: "postgresql://u:SECRET@ps:\(port)")
                told.pageserver = .init(shards: [.init(index: "0000", pageservers: [server])])
                told.scaleRequest = memory.map { .init(memoryBytes: $0, memoryLimitBytes: 100) }
                try await call.send(told)
                _ = try await acks.next()
            }
            func url() -> String? {
                proxy.reports.told(of: demo)?.details.pageserver?.shards[0].pageservers[0].libpqURL
            }
            try await report(.`init`, 1, port: 1, memory: nil)
            #expect(url() == "postgresql://***@ps:1")
            try await report(.running, 2, port: 2, memory: 200)
            #expect(url() == "postgresql://***@ps:2")
            // Nobody's news any more.
            try await report(.running, 1, port: 1, memory: nil)
            try await report(.running, 3, port: 2, memory: 50)
            #expect(url() == "postgresql://***@ps:2")
            #expect(proxy.reports.told(of: demo)?.details.scaleRequest?.memoryBytes == 50)
            let page = proxy.registry.exposition()
            for direction in ["up", "down"] {
                #expect(page.contains("sidecar_scale_requests_total{direction=\"\(direction)\"} 1"))
            }
            // Not for gossip: the others know where it is, and no more.
            #expect(fleet.proxies[1].reports.told(of: demo) == nil)
            try await report(.terminated, 4, port: 2, memory: nil)
            #expect(proxy.reports.told(of: demo) == nil)
            try await report(.running, 3, port: 2, memory: 50)
            #expect(proxy.reports.told(of: demo) == nil)
            var heard: [String] = []
            proxy.events.close()
            await watch.forEachBatch { batch in
                for case .reported(_, let version, let change, let detail) in batch.events.map(\.what) {
                    heard.append("\(version.sequence) \(change): \(detail)")
                }
            }
            #expect(
                heard == [
                    "1 pageservers: unsharded at 1 pageserver", "2 pageservers: unsharded at 1 pageserver",
                    "2 scale: 200 bytes instead of 100", "3 scale: 50 bytes instead of 100",
                ])
            call.cancel()
        }
    }

    @Test(arguments: [
        ReportV1.ComputeState.terminationPendingFast, .terminationPendingImmediate, .terminated, .failed,
    ])
    func `an ending compute is not dialled any more, whoever repeats that it runs`(
        state: ReportV1.ComputeState
    ) async throws {
        try await SmallFleet.run(controlPlane: "http://127.0.0.1:1/") { fleet in
            let proxy = fleet.proxies[0]
            let client = ReportV1.ReportsClient(try fleet.channel(to: proxy, as: agent(4)))
            let call = try await client.report()
            for transition in [transition(.running, 4, 2), transition(state, 4, 3), transition(.running, 4, 2)] {
                try await call.send(transition)
            }
            var acks = call.responses.makeAsyncIterator()
            for _ in 0..<3 { _ = try await acks.next() }
            #expect(proxy.table.peek(demo) == nil)
            #expect(proxy.table.seenGeneration(of: demo) == 4)
            #expect(
                proxy.told.all.contains(
                    .endpoint(
                        EndpointFact(
                            endpoint: demo, version: FactVersion(generation: 4, sequence: 3), phase: .ended))))
            call.cancel()
        }
    }

    @Test func `an agent speaks for its own compute only`() async throws {
        try await SmallFleet.run(controlPlane: "http://127.0.0.1:1/") { fleet in
            let proxy = fleet.proxies[0]
            let client = ReportV1.ReportsClient(try fleet.channel(to: proxy, as: agent(4)))
            for stranger in [transition(.running, 4, 2, endpoint: "other"), transition(.running, 5, 1)] {
                let call = try await client.report()
                try await call.send(stranger)
                var acks = call.responses.makeAsyncIterator()
                do throws(GRPCStatus) {
                    _ = try await acks.next()
                    Issue.record("was acknowledged")
                } catch {
                    #expect(error.code == .permissionDenied)
                }
            }
            #expect(proxy.table.peek(demo) == nil)
        }
    }

    @Test func `a proxy may not report, an agent may not wake`() async throws {
        try await SmallFleet.run(controlPlane: "http://127.0.0.1:1/") { fleet in
            let proxy = fleet.proxies[0]
            let reports = ReportV1.ReportsClient(try fleet.channel(to: proxy, as: .proxy(fleet.proxies[1].id)))
            do throws(GRPCStatus) {
                let call = try await reports.report()
                for try await _ in call.responses {}
                Issue.record("was let in")
            } catch {
                #expect(error.code == .permissionDenied)
            }
            let peers = PeerV1.PeerClient(try fleet.channel(to: proxy, as: agent(4)))
            do throws(GRPCStatus) {
                for try await _ in try await peers.wake(PeerV1.WakeRequest(endpoint: "demo")) {}
                Issue.record("was let in")
            } catch {
                #expect(error.code == .permissionDenied)
            }
        }
    }
}
