import EdgeProxy
import Gossip
import NIOCore
import PostgresWire
import TestKit
import Testing
import Transport

/// What operators see and do, on real sessions.
@Suite(.enabled(if: PostgresServer.binaries != nil, "needs Debian's postgresql"), WithCompute())
struct SessionRegistryTests {
    private let words = ErrorResponse(.adminShutdown, "killed", hint: "By a test.")

    private func filter(_ change: (inout SessionFilter) -> Void) -> SessionFilter {
        var filter = SessionFilter()
        change(&filter)
        return filter
    }

    private func query(_ sql: String) -> ByteBuffer {
        var buffer = ByteBuffer()
        SimpleQuery.encode(sql, into: &buffer)
        return buffer
    }

    private func joined(
        to proxy: RunningProxy, _ pairs: [(String, String)] = []
    ) async throws -> RawClient {
        var client = try await RawClient(to: proxy)
        let parameters = StartupParameters([("user", EdgeFixture.role)] + pairs)
        try await client.send(StartupMessage(version: .v3_0, parameters: parameters))
        _ = try await client.next()
        try await client.prove(EdgeFixture.password)
        _ = try await client.frames(upTo: "Z")
        return client
    }

    @Test func `a session's facts and its traffic`() async throws {
        let proxy = try await #require(EdgeFixture.current).proxy()
        let before = ContinuousClock.now
        var client = try await joined(to: proxy, [("application_name", "books")])
        try await client.send(query("select 1"))
        _ = try await client.frames(upTo: "Z")
        let registry = proxy.runner.registry
        try await eventually("the session is idle") {
            await registry.sessions().first?.traffic?.isIdle == true
        }
        let report = try #require(await registry.sessions().first)
        let facts = report.facts
        #expect(facts.phase == .joined && facts.replication == .none)
        #expect(facts.endpoint?.text == "demo" && facts.role == "alice" && facts.database == "alice")
        #expect(facts.applicationName == "books")
        #expect(facts.origin.address == IPAddress("127.0.0.1") && facts.origin.port > 0)
        #expect(facts.compute?.computeID == "compute-demo-1")
        #expect(facts.compute?.version == FactVersion(generation: 1, sequence: 1))
        #expect(facts.startedUnixMicros > 1_600_000_000_000_000)
        #expect(facts.started >= before && facts.joined.map { $0 > facts.started } == true)
        #expect(report.traffic?.bytesFromClient == 14)
        #expect(report.idleTime(at: .now).map { $0 > .zero } == true)
        #expect(await registry.sessions(matching: filter { $0.role = "bob" }).isEmpty)
        #expect(await registry.sessions(matching: filter { $0.idleLongerThan = .seconds(3600) }).isEmpty)
        #expect(await registry.sessions(matching: filter { $0.idleLongerThan = .zero }).count == 1)
        await client.stream.close()
        await proxy.stop()
    }

    @Test func `a kill takes who is meant, with words, and nobody else`() async throws {
        let proxy = try await #require(EdgeFixture.current).proxy()
        let registry = proxy.runner.registry
        var first = try await joined(to: proxy)
        let id = try #require(await registry.sessions().first).facts.id
        var second = try await joined(to: proxy)
        #expect(await registry.end(matching: filter { $0.id = SessionID("nobody") }, as: words) == 0)
        #expect(await registry.end(matching: filter { $0.id = id }, as: words) == 1)
        let refusal = try #require(try await first.next().refusal)
        #expect(refusal.sqlState == .adminShutdown && refusal.message == "killed")
        #expect(refusal.hint == "By a test. Session: \(id).")
        #expect(try await first.stream.read() == nil)
        try await second.send(query("select 1"))
        #expect(try await second.frames(upTo: "Z").last?.name == "Z")
        try await eventually("one is left") { registry.count == 1 }
        await first.stream.close()
        await second.stream.close()
        await proxy.stop()
    }

    @Test func `who has not proved anything yet can be killed too`() async throws {
        let proxy = try await #require(EdgeFixture.current).proxy()
        var client = try await RawClient(to: proxy)
        try await client.send(
            StartupMessage(version: .v3_0, parameters: StartupParameters([("user", EdgeFixture.role)])))
        _ = try await client.next()
        let meant = filter { $0.phase = .authenticating }
        #expect(await proxy.runner.registry.end(matching: meant, as: words) == 1)
        #expect(try await client.next().refusal?.message == "killed")
        try await eventually("it is gone") { proxy.runner.registry.count == 0 }
        await client.stream.close()
        await proxy.stop()
    }

    @Test func `a cancel stops the query, and the session goes on`() async throws {
        let proxy = try await #require(EdgeFixture.current).proxy()
        var client = try await joined(to: proxy)
        try await client.send(query("select pg_sleep(60), 'cancel-me'"))
        let observer = try await proxy.connect()
        try await eventually("the query runs") {
            try await observer.query(
                "select 1 from pg_stat_activity where state = 'active' and query like '%cancel-me%'"
                    + " and pid <> pg_backend_pid()"
            ).count == 1
        }
        await observer.close()
        try await eventually("the observer is gone") { proxy.runner.registry.count == 1 }
        #expect(await proxy.runner.registry.cancelQueries(matching: SessionFilter()) == 1)
        #expect(try await client.frames(upTo: "Z").last?.refusal?.sqlState == .queryCanceled)
        _ = try await client.frames(upTo: "Z")
        try await client.send(query("select 1"))
        #expect(try await client.frames(upTo: "Z").last?.name == "Z")
        await client.stream.close()
        await proxy.stop()
    }

    /// There are ten thousand of them. Texts are shared with those who made them.
    @Test func `a session's facts are small`() {
        #expect(MemoryLayout<SessionFacts>.size <= 512)
    }
}
