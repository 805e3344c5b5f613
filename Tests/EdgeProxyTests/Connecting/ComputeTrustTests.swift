import EdgeProxy
import Foundation
import NIOCore
import NIOPosix
import PostgresWire
import TLSEngine
import Telemetry
import TestKit
import Testing
import Transport

/// Who gets to hear what, when somebody else, or something else, listens where a compute did.
@Suite(.serialized, .enabled(if: PostgresServer.binaries != nil, "needs Debian's postgresql"), WithCompute())
struct ComputeTrustTests {
    private func fixture() throws -> EdgeFixture { try #require(EdgeFixture.current) }

    @Test(arguments: ["N", "Sbytes in clear behind it", "E", "H"])
    func `one that has no TLS hears a request for it and nothing else`(answer: String) async throws {
        let fixture = try fixture()
        let plain = try await StandIn(answer: ByteBuffer(string: answer))
        let proxy = try await fixture.proxy(waking: [
            .success(fixture.location(generation: 1, port: plain.socket.port)),
            .success(fixture.location(generation: 2, cached: false)),
        ])
        let connection = try await proxy.connect()
        #expect(proxy.waker.asked == 2)
        await connection.close()
        await plain.stop()
        #expect(!plain.connections.isEmpty)
        #expect(plain.connections.allSatisfy { $0 == UpstreamLogin.tlsRequest })
        await proxy.stop()
    }

    @Test func `an address that another tenant's PostgreSQL has taken over learns nothing of the client`() async throws
    {
        let fixture = try fixture()
        let foreign = try await PostgresServer(identity: fixture.identity(of: "compute-other-9"))
        let proxy = try await fixture.proxy(waking: [
            .success(fixture.location(generation: 1, port: foreign.port)),
            .success(fixture.location(generation: 2, cached: false)),
        ])
        let connection = try await proxy.connect()
        #expect(try await connection.query("select current_user") == [[EdgeFixture.role]])
        #expect(proxy.waker.invalidated == [try fixture.location().location.version])
        await connection.close()
        #expect(!foreign.log.contains(EdgeFixture.role))
        // What it would have written had it been told: the log of one that is not asked to prove itself.
        let trusting = try await fixture.proxy(waking: [
            .success(fixture.location(generation: 1, port: foreign.port, serverName: nil, cached: false))
        ])
        #expect(try await trusting.refusal()?.sqlState == .invalidPassword)
        try await eventually("it wrote down who came") { foreign.log.contains(EdgeFixture.role) }
        await trusting.stop()
        await proxy.stop()
    }

    @Test func `without a certificate to tell, one login that fails costs one more wake`() async throws {
        let fixture = try fixture()
        let foreign = try await PostgresServer()
        let proxy = try await fixture.proxy(waking: [
            .success(fixture.location(generation: 1, port: foreign.port, serverName: nil)),
            .success(fixture.location(generation: 2, serverName: nil, cached: false)),
        ])
        let connection = try await proxy.connect()
        #expect(proxy.waker.asked == 2)
        await connection.close()
        await proxy.stop()
    }

    @Test func `a pooler that is full is passed on as it speaks, and wakes nothing`() async throws {
        let fixture = try fixture()
        // PgBouncer's fields and spelling.
        let text = "SFATAL\0C08P01\0Mno more connections allowed (max_client_conn)\0\0"
        var refusal = ByteBuffer()
        refusal.writeFrame(tag: ErrorResponse.tag) { $0.writeString(text) }
        let pooler = try await StandIn(answer: refusal)
        let proxy = try await fixture.proxy(waking: [
            .success(fixture.location(generation: 1, port: pooler.socket.port, serverName: nil))
        ])
        var client = try await RawClient(to: proxy)
        try await client.send(
            StartupMessage(version: .v3_0, parameters: StartupParameters([("user", EdgeFixture.role)])))
        _ = try await client.next()
        try await client.prove(EdgeFixture.password)
        #expect(try await client.next().bytes == refusal)
        #expect(proxy.waker.asked == 1)
        #expect(proxy.waker.invalidated == [])
        await client.stream.close()
        await pooler.stop()
        await proxy.stop()
    }

    @Test func `what PostgreSQL says no with comes through byte for byte`() async throws {
        let fixture = try fixture()
        let proxy = try await fixture.proxy()
        let cases: [(change: String, parameters: [(String, String)], state: String)] = [
            ("", [("database", "nowhere")], "3D000"),
            ("", [("options", "-c work_mem=1parsec")], "22023"),
            ("", [("options", "-c no_such_setting=1")], "42704"),
            ("connection limit 0", [], "53300"),
            ("connection limit -1 nologin", [], "28000"),
            ("login valid until '2001-01-01'", [], "28P01"),
            ("valid until 'infinity' password null", [], "28P01"),
        ]
        let admin = try await PostgresConnection.connect(
            host: "127.0.0.1", port: fixture.compute.port, user: PostgresServer.superuser, database: "postgres",
            password: Secret(PostgresServer.password), deadline: .now + .seconds(60))
        for (change, parameters, state) in cases {
            if !change.isEmpty { try await admin.query("alter role \(EdgeFixture.role) \(change)") }
            let direct = try await refusal(at: fixture.compute.port, serverName: "compute-demo-1", parameters)
            let passed = try await refusal(at: proxy.socket.port, serverName: "demo.localtest.me", parameters)
            #expect(direct.response.sqlState.text == state, "\(direct.response)")
            #expect(passed.frame == direct.frame, "\(passed.response)")
            if state == "22023" { #expect(passed.response.hint?.contains("Valid units") == true) }
        }
        try await admin.query("alter role \(EdgeFixture.role) password '\(fixture.verifier.secretText)'")
        await admin.close()
        #expect(proxy.waker.invalidated == [])
        await proxy.stop()
    }

    private func refusal(
        at port: Int, serverName: String, _ parameters: [(String, String)]
    ) async throws -> (response: ErrorResponse, frame: ByteBuffer) {
        let target = PostgresUpstream.Target(host: "127.0.0.1", port: port, serverName: serverName)
        let stream = try await PostgresUpstream.dial(
            target, on: MultiThreadedEventLoopGroup.singleton.any(), limit: .seconds(30))
        let trusting = try fixture().trusting
        do throws(UpstreamFailure) {
            _ = try await PostgresUpstream.logIn(
                stream, to: target, context: trusting,
                parameters: StartupParameters([("user", EdgeFixture.role)] + parameters),
                credential: .password(Array(EdgeFixture.password.utf8)), deadline: .now + .seconds(60))
        } catch {
            guard case .rejected(let response, let frame) = error.reason else { throw error }
            return (response, frame)
        }
        throw Unexpected()
    }

    private struct Unexpected: Error {}
}
