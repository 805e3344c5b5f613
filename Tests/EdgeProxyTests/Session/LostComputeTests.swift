import EdgeProxy
import Foundation
import NIOCore
import PostgresWire
import TestKit
import Testing
import Transport

/// A compute that ends under its sessions, with words and without.
@Suite(.serialized, .enabled(if: PostgresServer.binaries != nil, "needs Debian's postgresql"), WithCompute())
struct LostComputeTests {
    private func joined(to proxy: RunningProxy) async throws -> (client: RawClient, backend: Int32) {
        var client = try await RawClient(to: proxy)
        try await client.send(
            StartupMessage(version: .v3_0, parameters: StartupParameters([("user", EdgeFixture.role)])))
        _ = try await client.next()
        try await client.prove(EdgeFixture.password)
        let welcome = try await client.frames(upTo: "Z")
        #expect(welcome.last?.name == "Z", "\(String(describing: welcome.last?.refusal))")
        var query = ByteBuffer()
        SimpleQuery.encode("select pg_backend_pid()", into: &query)
        try await client.send(query)
        let row = try #require(try await client.frames(upTo: "Z").first { $0.name == "D" })
        // One column: its count, its length, its text.
        return (client, try #require(Int32(String(decoding: row.body.readableBytesView.dropFirst(6), as: UTF8.self))))
    }

    @Test func `what the compute says last is passed on byte for byte`() async throws {
        let proxy = try await #require(EdgeFixture.current).proxy()
        var (client, backend) = try await joined(to: proxy)
        let admin = try await proxy.connect()
        try await admin.query("select pg_terminate_backend(\(backend))")
        let refusal = try #require(try await client.next().refusal)
        #expect(refusal.sqlState == .adminShutdown)
        #expect(refusal.message == "terminating connection due to administrator command")
        #expect(refusal.hint == nil, "nothing of ours")
        #expect(try await client.stream.read() == nil)
        await admin.close()
        await client.stream.close()
        await proxy.stop()
    }

    @Test(arguments: [false, true]) func `a compute that vanishes is announced`(isBusy: Bool) async throws {
        let proxy = try await #require(EdgeFixture.current).proxy()
        var (client, backend) = try await joined(to: proxy)
        if isBusy {
            var query = ByteBuffer()
            SimpleQuery.encode("begin; select 1", into: &query)
            try await client.send(query)
            _ = try await client.frames(upTo: "Z")
        }
        #expect(kill(backend, SIGKILL) == 0)
        let refusal = try #require(try await client.next().refusal)
        #expect(refusal.sqlState == (isBusy ? .connectionFailure : .adminShutdown))
        #expect(
            refusal.message
                == (isBusy
                    ? "server closed the connection unexpectedly" : "terminating connection: the compute has ended"))
        #expect(refusal.hint?.contains("Session: ") == true)
        await client.stream.close()
        // PostgreSQL starts anew after a crash.
        let server = proxy.fixture.compute
        try await eventually("the compute is back") { try await proxy.refusal() == nil && server.processID != nil }
        await proxy.stop()
    }
}
