import EdgeProxy
import NIOCore
import NIOPosix
import PostgresWire
import TestKit
import Testing
import Transport

@Suite(.enabled(if: PostgresServer.binaries != nil, "needs Debian's postgresql"), WithCompute())
struct CancelSessionTests {
    private let loop = MultiThreadedEventLoopGroup.singleton.any()

    private func sleeping(
        _ proxy: RunningProxy, version: ProtocolVersion
    ) async throws -> (client: RawClient, key: CancelKey) {
        var client = try await RawClient(to: proxy)
        let parameters = StartupParameters([("user", EdgeFixture.role)])
        try await client.send(StartupMessage(version: version, parameters: parameters))
        _ = try await client.next()
        try await client.prove(EdgeFixture.password)
        let frame = try #require(try await client.frames(upTo: "Z").first { $0.name == "K" })
        let key = try #require(BackendKeyData(decoding: frame.body)?.key)
        var query = ByteBuffer()
        SimpleQuery.encode("select pg_sleep(60), '\(key.processID)'", into: &query)
        try await client.send(query)
        let observer = try await proxy.connect()
        try await eventually("the query runs") {
            let own = "query like '%\(key.processID)%' and pid <> pg_backend_pid()"
            return try await observer.query("select 1 from pg_stat_activity where state = 'active' and \(own)").count
                == 1
        }
        await observer.close()
        return (client, key)
    }

    @Test(arguments: [ProtocolVersion.v3_0, .v3_2], ["demo.localtest.me", nil])
    func `the proxy's key reaches the compute's query`(version: ProtocolVersion, serverName: String?) async throws {
        let fixture = try #require(EdgeFixture.current)
        let proxy = try await fixture.proxy()
        var (client, key) = try await sleeping(proxy, version: version)
        #expect(key.secret.count == (version == .v3_2 ? 32 : 4))
        let target = PostgresUpstream.Target(host: "127.0.0.1", port: proxy.socket.port, serverName: serverName)
        let outcome = await PostgresCancel.send(
            CancelRequest(key: key), to: target, context: fixture.trusting, on: loop, deadline: .now + .seconds(60))
        #expect(outcome == .done)
        #expect(try await client.frames(upTo: "Z").last?.refusal?.sqlState == .queryCanceled)
        #expect(proxy.metrics.exposition().contains("proxy_cancellation_requests_total{kind=\"found\"} 1"))
        await client.stream.close()
        await proxy.stop()
    }

    @Test func `a wrong secret cancels nothing, and nobody is told`() async throws {
        let fixture = try #require(EdgeFixture.current)
        let proxy = try await fixture.proxy()
        let (client, key) = try await sleeping(proxy, version: .v3_0)
        let wrong = try #require(CancelKey(processID: key.processID, secret: key.secret.map { $0 ^ 0x55 }))
        let target = PostgresUpstream.Target(
            host: "127.0.0.1", port: proxy.socket.port, serverName: "demo.localtest.me")
        let outcome = await PostgresCancel.send(
            CancelRequest(key: wrong), to: target, context: fixture.trusting, on: loop, deadline: .now + .seconds(60))
        #expect(outcome == .done)
        #expect(proxy.metrics.exposition().contains("proxy_cancellation_requests_total{kind=\"not_found\"} 1"))
        let observer = try await proxy.connect()
        let own = "query like '%\(key.processID)%' and pid <> pg_backend_pid()"
        #expect(try await observer.query("select 1 from pg_stat_activity where state = 'active' and \(own)").count == 1)
        await observer.close()
        await client.stream.close()
        await proxy.stop()
    }
}
