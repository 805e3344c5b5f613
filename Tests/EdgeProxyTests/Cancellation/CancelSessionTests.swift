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

    @Test(arguments: [ProtocolVersion.v3_0, .v3_2], ["demo.localtest.me", nil])
    func `the proxy's key reaches the compute's query`(version: ProtocolVersion, serverName: String?) async throws {
        let fixture = try #require(EdgeFixture.current)
        let proxy = try await fixture.proxy()
        var sleeper = try await Sleeper(at: proxy, version: version)
        let key = sleeper.key
        #expect(version == .v3_2 ? key.secret.count > 32 : key.secret.count == 4)
        let target = PostgresUpstream.Target(host: "127.0.0.1", port: proxy.socket.port, serverName: serverName)
        let outcome = await PostgresCancel.send(
            CancelRequest(key: key), to: target, context: fixture.trusting, on: loop, deadline: .now + .seconds(60))
        #expect(outcome == .done)
        #expect(try await sleeper.client.frames(upTo: "Z").last?.refusal?.sqlState == .queryCanceled)
        #expect(proxy.metrics.exposition().contains("proxy_cancellation_requests_total{kind=\"found\"} 1"))
        await sleeper.client.stream.close()
        await proxy.stop()
    }

    @Test func `a wrong secret cancels nothing, and nobody is told`() async throws {
        let fixture = try #require(EdgeFixture.current)
        let proxy = try await fixture.proxy()
        let sleeper = try await Sleeper(at: proxy, version: .v3_0)
        let key = sleeper.key
        let wrong = try #require(CancelKey(processID: key.processID, secret: key.secret.map { $0 ^ 0x55 }))
        let target = PostgresUpstream.Target(
            host: "127.0.0.1", port: proxy.socket.port, serverName: "demo.localtest.me")
        let outcome = await PostgresCancel.send(
            CancelRequest(key: wrong), to: target, context: fixture.trusting, on: loop, deadline: .now + .seconds(60))
        #expect(outcome == .done)
        #expect(proxy.metrics.exposition().contains("proxy_cancellation_requests_total{kind=\"not_found\"} 1"))
        #expect(try await sleeper.isAsleep())
        await sleeper.client.stream.close()
        await proxy.stop()
    }
}
