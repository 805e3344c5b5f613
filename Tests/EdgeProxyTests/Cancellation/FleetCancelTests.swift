import EdgeProxy
import Gossip
import NIOCore
import NIOPosix
import PostgresWire
import Synchronization
import TestKit
import Testing
import Transport

/// Two proxies in front of one real PostgreSQL; what one asks of the other goes straight to its desk.
@Suite(.enabled(if: PostgresServer.binaries != nil, "needs Debian's postgresql"), WithCompute())
struct FleetCancelTests {
    private let loop = MultiThreadedEventLoopGroup.singleton.any()
    private let near = CancelOwner(MemberID("proxy-a"), process: ProcessID(bits: 1))
    private let far = CancelOwner(MemberID("proxy-b"), process: ProcessID(bits: 2))

    /// Members that a desk may ask, each by its owner.
    private final class Others: CancelPeers {
        let desks = Mutex<[(owner: CancelOwner, id: MemberID, desk: CancelDesk)]>([])
        let asked = Mutex<[MemberID]>([])
        private let loop = MultiThreadedEventLoopGroup.singleton.any()

        func members(named owner: CancelOwner) -> [MemberID] {
            desks.withLock { $0.filter { $0.owner == owner }.map(\.id) }
        }

        func cancel(
            _ key: CancelKey, from origin: ClientOrigin, at member: MemberID, deadline: ContinuousClock.Instant
        ) async -> CancelOutcome {
            asked.withLock { $0.append(member) }
            guard let desk = desks.withLock({ $0.first { $0.id == member }?.desk }) else { return .failed }
            return await desk.serveForPeer(key, from: origin, on: loop, deadline: deadline)
        }
    }

    private struct Pair {
        var near: RunningProxy
        var far: RunningProxy
        var others: Others

        func stop() async {
            await near.stop()
            await far.stop()
        }
    }

    private func pair(_ change: (inout CancelSurroundings) -> Void = { _ in }) async throws -> Pair {
        let fixture = try #require(EdgeFixture.current)
        let others = Others()
        var surroundings = CancelSurroundings(owner: far)
        change(&surroundings)
        let farProxy = try await fixture.proxy(cancels: surroundings)
        surroundings.owner = near
        surroundings.peers = others
        let nearProxy = try await fixture.proxy(cancels: surroundings)
        others.desks.withLock { $0.append((far, MemberID("proxy-b"), farProxy.desk)) }
        return Pair(near: nearProxy, far: farProxy, others: others)
    }

    private func cancel(_ key: CancelKey, at proxy: RunningProxy) async -> PostgresCancel.Outcome {
        let target = PostgresUpstream.Target(host: "127.0.0.1", port: proxy.socket.port, serverName: nil)
        return await PostgresCancel.send(
            CancelRequest(key: key), to: target, context: nil, on: loop, deadline: .now + .seconds(60))
    }

    private func count(_ proxy: RunningProxy, _ path: CancelPath, _ outcome: CancelOutcome) -> Bool {
        let labels = "via=\"\(path.rawValue)\",outcome=\"\(outcome.rawValue)\""
        return proxy.metrics.exposition().contains("sidecar_cancellations_total{\(labels)} 1")
    }

    @Test(arguments: [ProtocolVersion.v3_0, .v3_2])
    func `a request that came to the wrong proxy stops the query, and never the next one`(
        version: ProtocolVersion
    ) async throws {
        let pair = try await pair()
        var sleeper = try await Sleeper(at: pair.far, version: version)
        for _ in 1...5 {
            #expect(await cancel(sleeper.key, at: pair.near) == .done)
            // Asked at once, before the answer to the first is read: a cancel that comes late would hit it.
            let frames = try await sleeper.client.frames(upTo: "Z")
            #expect(frames.last?.refusal?.sqlState == .queryCanceled)
            _ = try await sleeper.client.next()
            #expect(try await sleeper.answer(to: "select 'still here'").contains { $0.name == "D" })
            try await sleeper.sleep()
        }
        #expect(await cancel(sleeper.key, at: pair.near) == .done)
        #expect(pair.others.asked.withLock { $0.isEmpty } == (version == .v3_2), "a token needs nobody")
        await sleeper.client.stream.close()
        await pair.stop()
    }

    @Test func `a 3_0 key needs its owner, a token does not`() async throws {
        let pair = try await pair()
        let (old, new) = (
            try await Sleeper(at: pair.far, version: .v3_0), try await Sleeper(at: pair.far, version: .v3_2)
        )
        pair.others.desks.withLock { $0 = [] }
        #expect(await cancel(old.key, at: pair.near) == .done)
        #expect(pair.near.metrics.exposition().contains("proxy_cancellation_requests_total{kind=\"not_found\"} 1"))
        #expect(try await old.isAsleep())
        #expect(await cancel(new.key, at: pair.near) == .done)
        #expect(count(pair.near, .token, .done))
        try await eventually("the query has ended") { try await !new.isAsleep() }
        for sleeper in [old, new] { await sleeper.client.stream.close() }
        await pair.stop()
    }

    @Test func `two owners of one name are both asked`() async throws {
        let pair = try await pair()
        let impostor = CancelSurroundings(owner: far)
        let fixture = try #require(EdgeFixture.current)
        let third = try await fixture.proxy(cancels: impostor)
        pair.others.desks.withLock { $0.insert((far, MemberID("proxy-c"), third.desk), at: 0) }
        var sleeper = try await Sleeper(at: pair.far, version: .v3_0)
        #expect(await cancel(sleeper.key, at: pair.near) == .done)
        #expect(try await sleeper.client.frames(upTo: "Z").last?.refusal?.sqlState == .queryCanceled)
        #expect(count(pair.near, .peer, .done) && count(pair.far, .forPeer, .done))
        #expect(count(third, .forPeer, .notFound))
        await sleeper.client.stream.close()
        await third.stop()
        await pair.stop()
    }

    @Test(arguments: [ProtocolVersion.v3_0, .v3_2])
    func `rules are held against whoever asks, where the request is served`(version: ProtocolVersion) async throws {
        let seen = Mutex<[ClientOrigin]>([])
        let pair = try await pair {
            $0.rules = CancelRules(allows: { origin, endpoint in
                seen.withLock { $0.append(origin) }
                return false
            })
        }
        let sleeper = try await Sleeper(at: pair.far, version: version)
        #expect(await cancel(sleeper.key, at: pair.near) == .done)
        #expect(seen.withLock { $0.map(\.address) } == [IPAddress("127.0.0.1")])
        #expect(try await sleeper.isAsleep())
        #expect(count(pair.near, version == .v3_2 ? .token : .peer, .refused))
        await sleeper.client.stream.close()
        await pair.stop()
    }

    @Test func `a token of a compute that has ended dials nobody`() async throws {
        let pair = try await pair { $0.rules = CancelRules(hasEnded: { _, version in version.generation == 1 }) }
        let sleeper = try await Sleeper(at: pair.far, version: .v3_2)
        #expect(await cancel(sleeper.key, at: pair.near) == .done)
        #expect(try await sleeper.isAsleep())
        #expect(pair.near.metrics.exposition().contains("proxy_cancellation_requests_total{kind=\"not_found\"} 1"))
        await sleeper.client.stream.close()
        await pair.stop()
    }

    @Test func `who asks too often is not served`() async throws {
        let pair = try await pair {
            $0.limits.rate = AttemptRate(perSecond: 0.001, burst: 1)
        }
        let sleeper = try await Sleeper(at: pair.near, version: .v3_0)
        let wrong = try #require(CancelKey(processID: sleeper.key.processID, secret: [0, 0, 0, 0]))
        #expect(await cancel(wrong, at: pair.near) == .done)
        #expect(await cancel(sleeper.key, at: pair.near) == .done)
        #expect(try await sleeper.isAsleep())
        #expect(
            pair.near.metrics.exposition().contains("proxy_cancellation_requests_total{kind=\"rate_limit_exceeded\"} 1")
        )
        await sleeper.client.stream.close()
        await pair.stop()
    }
}
