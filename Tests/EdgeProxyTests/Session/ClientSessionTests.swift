import EdgeProxy
import Foundation
import Gossip
import NIOCore
import NIOPosix
import PostgresWire
import TLSEngine
import Telemetry
import TestKit
import Testing
import Transport

@Suite(.enabled(if: PostgresServer.binaries != nil, "needs Debian's postgresql"), WithCompute())
struct ClientSessionTests {
    private func fixture() throws -> EdgeFixture {
        try #require(EdgeFixture.current)
    }

    private func startup(
        _ pairs: [(String, String)] = [], version: ProtocolVersion = .v3_0
    ) -> StartupMessage {
        StartupMessage(version: version, parameters: StartupParameters([("user", EdgeFixture.role)] + pairs))
    }

    private func query(_ sql: String) -> ByteBuffer {
        var buffer = ByteBuffer()
        SimpleQuery.encode(sql, into: &buffer)
        return buffer
    }

    // MARK: Being let in

    @Test func `a client is let in with nothing but its password`() async throws {
        let proxy = try await fixture().proxy()
        let connection = try await proxy.connect()
        #expect(
            try await connection.query(
                "select current_user, current_database(), application_name from pg_stat_activity"
                    + " where pid = pg_backend_pid()") == [["alice", "alice", "sidecar"]])
        #expect(proxy.waker.asked == 1)
        #expect(await proxy.runner.registry.sessions().first?.facts.phase == .joined)
        await connection.close()
        try await eventually("the session has ended") { proxy.runner.registry.count == 0 }
        #expect(proxy.desk.sessionCount == 0)
        #expect(proxy.metrics.acceptedConnections.value == 1)
        await proxy.stop()
    }

    @Test func `psql finds its endpoint by the host name it asks for`() async throws {
        let proxy = try await fixture().proxy()
        let psql = Process()
        psql.executableURL = URL(filePath: "/usr/bin/env")
        let target =
            "host=demo.localtest.me hostaddr=127.0.0.1 port=\(proxy.socket.port) user=alice sslmode=verify-full "
            + "sslrootcert=\(try fixture().caFile) options='-c work_mem=5MB'"
        psql.arguments = ["psql", "-XAtc", "show work_mem", target]
        psql.environment = ProcessInfo.processInfo.environment.merging(["PGPASSWORD": EdgeFixture.password]) { $1 }
        let output = Pipe()
        psql.standardOutput = output
        try psql.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(text == "5MB\n")
        await proxy.stop()
    }

    @Test(arguments: ["require", "prefer", "disable"])
    func `psql binds its proof to the certificate that it sees`(binding: String) async throws {
        let proxy = try await fixture().proxy()
        let psql = Process()
        psql.executableURL = URL(filePath: "/usr/bin/env")
        let target =
            "host=demo.localtest.me hostaddr=127.0.0.1 port=\(proxy.socket.port) user=alice sslmode=verify-full "
            + "sslrootcert=\(try fixture().caFile) channel_binding=\(binding)"
        psql.arguments = ["psql", "-XAtc", "select 40 + 2", target]
        psql.environment = ProcessInfo.processInfo.environment.merging(["PGPASSWORD": EdgeFixture.password]) { $1 }
        let output = Pipe()
        psql.standardOutput = output
        try psql.run()
        #expect(String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self) == "42\n")
        await proxy.stop()
    }

    @Test func `a client that was made to believe in no binding is refused`() async throws {
        let proxy = try await fixture().proxy()
        var client = try await RawClient(to: proxy)
        try await client.send(startup())
        let offer = try await client.next()
        #expect(
            AuthenticationRequest(decoding: offer.body) == .sasl(mechanisms: ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"]))
        var first = ByteBuffer()
        SASLResponse.Initial(mechanism: "SCRAM-SHA-256", data: Array("y,,n=,r=abc".utf8)).encode(into: &first)
        try await client.send(first)
        let refusal = try await client.next().refusal
        #expect(refusal?.sqlState == .protocolViolation)
        #expect(refusal?.message == "authentication protocol violation")
        await client.stream.close()
        await proxy.stop()
    }

    @Test(arguments: [StoredSecret.Form.md5, .clearText])
    func `a role whose password is kept in an outdated form hears so, after a whole exchange`(
        form: StoredSecret.Form
    ) async throws {
        let fixture = try fixture()
        let proxy = try await fixture.proxy(directory: ScriptedDirectory(fixture.verifier, access: .outdated(form)))
        let refusal = try await proxy.refusal()
        #expect(refusal?.sqlState == .featureNotSupported)
        #expect(refusal?.message == "Unsupported authentication method: \(form.rawValue)")
        #expect(refusal?.hint?.contains("scram-sha-256") == true)
        #expect(proxy.waker.asked == 0)
        await proxy.stop()
    }

    @Test func `the endpoint may stand in the options, which do not reach the compute`() async throws {
        let proxy = try await fixture().proxy()
        var client = try await RawClient(to: proxy, serverName: "link.example.com")
        try await client.send(startup([("options", "-c endpoint=demo -c geqo=off"), ("DateStyle", "German")]))
        #expect(try await client.next().name == "R")
        try await client.prove(EdgeFixture.password, pipelined: query("show geqo; show datestyle"))
        let welcome = try await client.frames(upTo: "Z")
        #expect(welcome.last?.name == "Z", "\(String(describing: welcome.last?.refusal))")
        let answer = try await client.frames(upTo: "Z").filter { $0.name == "D" }.map { String(buffer: $0.body) }
        #expect(answer.first?.hasSuffix("off") == true, "and what was pipelined is answered")
        #expect(answer.last?.contains("German") == true)
        await client.stream.close()
        await proxy.stop()
    }

    @Test func `nothing is confirmed before the compute is there, then everything at once`() async throws {
        let proxy = try await fixture().proxy()
        var client = try await RawClient(to: proxy)
        try await client.send(startup())
        #expect(try await client.next().name == "R")
        try await client.prove(EdgeFixture.password)
        let names = try await client.frames(upTo: "Z").map(\.name)
        #expect(names.prefix(3) == ["R", "R", "S"])
        #expect(names.suffix(2) == ["K", "Z"])
        await client.stream.close()

        let failing = try await fixture().proxy(waking: [.failure(WakeFailure(reason: .quotaExceeded))])
        var refused = try await RawClient(to: failing)
        try await refused.send(startup())
        _ = try await refused.next()
        try await refused.prove(EdgeFixture.password)
        #expect(try await refused.next().refusal?.sqlState.text == "53400")
        await refused.stream.close()
        await proxy.stop()
        await failing.stop()
    }

    @Test func `direct TLS and a greasing client are welcome`() async throws {
        let proxy = try await fixture().proxy()
        var client = try await RawClient(to: proxy, direct: true)
        let greasing = startup(
            [("_pq_.test_protocol_negotiation", "")], version: ProtocolVersion(major: 3, minor: 9999))
        try await client.send(greasing)
        #expect(try await client.next().name == "v")
        #expect(try await client.next().name == "R")
        try await client.prove(EdgeFixture.password)
        let welcome = try await client.frames(upTo: "Z")
        #expect(!welcome.contains { $0.name == "v" }, "said once")
        let key = welcome.first { $0.name == "K" }.flatMap { BackendKeyData(decoding: $0.body) }
        #expect(key.map { $0.key.secret.count > 32 } == true)
        await client.stream.close()
        await proxy.stop()
    }

    // MARK: Being refused

    @Test func `a wrong password, an unknown role and an unknown endpoint read alike, and wake nothing`() async throws {
        let proxy = try await fixture().proxy()
        let wrong = try await proxy.refusal(password: "pen")
        #expect(wrong?.sqlState == .invalidPassword)
        #expect(wrong?.message == "password authentication failed for user \"alice\"")
        let nobody = try await proxy.refusal(user: "nobody")
        #expect(nobody?.message == "password authentication failed for user \"nobody\"")
        let nowhere = try await proxy.refusal(serverName: "nowhere.localtest.me")
        #expect(nowhere?.message == wrong?.message && nowhere?.sqlState == wrong?.sqlState)
        let hints = [wrong, nobody, nowhere].compactMap { $0?.hint }
        #expect(Set(hints).count == 3, "each names its own session")
        #expect(hints.allSatisfy { $0.hasPrefix("Session: ") }, "and nothing else")
        #expect(proxy.waker.asked == 0)
        await proxy.stop()
    }

    /// The server's first message to a client of SCRAM.
    private func challenge(user: String, serverName: String, at proxy: RunningProxy) async throws -> String {
        var client = try await RawClient(to: proxy, serverName: serverName)
        try await client.send(StartupMessage(version: .v3_0, parameters: StartupParameters([("user", user)])))
        _ = try await client.next()
        var first = ByteBuffer()
        SASLResponse.Initial(mechanism: "SCRAM-SHA-256", data: Array("n,,n=,r=abc".utf8)).encode(into: &first)
        try await client.send(first)
        guard case .saslContinue(let text)? = AuthenticationRequest(decoding: try await client.next().body) else {
            throw RawClient.Ended()
        }
        await client.stream.close()
        return String(decoding: text, as: UTF8.self)
    }

    @Test func `a role that is not there is challenged like one that is, every time the same`() async throws {
        let proxy = try await fixture().proxy()
        let form = /r=abc[^,]{24},s=(?<salt>[^,]{24}),i=4096/
        var salts: [Substring] = []
        for (user, name) in [("alice", "demo"), ("nobody", "demo"), ("alice", "nowhere"), ("nobody", "nowhere")] {
            let (one, other) = (
                try await challenge(user: user, serverName: "\(name).localtest.me", at: proxy),
                try await challenge(user: user, serverName: "\(name).localtest.me", at: proxy)
            )
            let salt = try #require(one.wholeMatch(of: form), "\(user) at \(name): \(one)").salt
            #expect(other.wholeMatch(of: form)?.salt == salt)
            #expect(one != other, "the nonce is new")
            salts.append(salt)
        }
        #expect(Set(salts).count == salts.count)
        await proxy.stop()
    }

    @Test func `a client in clear is refused`() async throws {
        let proxy = try await fixture().proxy()
        var client = try await RawClient(to: proxy, serverName: nil)
        try await client.send(startup())
        let refusal = try await client.next().refusal
        #expect(refusal?.sqlState.text == "28000")
        #expect(refusal?.message == "connection is insecure (try using `sslmode=require`)")
        await client.stream.close()
        await proxy.stop()
    }

    @Test func `a startup without a user or with two endpoints is refused`() async throws {
        let proxy = try await fixture().proxy()
        let cases: [([(String, String)], String)] = [
            ([("database", "x")], "28000"), ([("user", "u"), ("options", "endpoint=other")], "08P01"),
            ([("user", "u"), ("options", "endpoint=demo endpoint=other")], "08P01"),
        ]
        for (pairs, sqlState) in cases {
            var client = try await RawClient(to: proxy)
            try await client.send(StartupMessage(version: .v3_0, parameters: StartupParameters(pairs)))
            #expect(try await client.next().refusal?.sqlState.text == sqlState)
            await client.stream.close()
        }
        await proxy.stop()
    }

    @Test func `a control plane that cannot be asked is said so`() async throws {
        let fixture = try fixture()
        let directory = ScriptedDirectory(
            fixture.verifier, failure: LookupFailure(reason: .controlPlaneUnreachable))
        let proxy = try await fixture.proxy(directory: directory)
        #expect(try await proxy.refusal()?.sqlState.text == "08006")
        await proxy.stop()
    }

    @Test func `what the compute says reaches the client byte for byte`() async throws {
        let proxy = try await fixture().proxy()
        var client = try await RawClient(to: proxy)
        try await client.send(startup([("database", "nowhere")]))
        _ = try await client.next()
        try await client.prove(EdgeFixture.password)
        let frame = try await client.next()
        #expect(frame.refusal?.sqlState.text == "3D000")
        #expect(String(buffer: frame.body).contains("Fpostinit.c"), "with the fields that we do not read")
        await client.stream.close()
        await proxy.stop()
    }

    @Test func `clients that say nothing are timed out`() async throws {
        let proxy = try await fixture().proxy {
            $0.handshakeLimit = .milliseconds(100)
            $0.authenticationLimit = .milliseconds(100)
        }
        var mute = try await RawClient(to: proxy, serverName: nil)
        #expect(try await mute.next().refusal?.sqlState.text == "57014")
        await mute.stream.close()
        let patient = try await fixture().proxy { $0.authenticationLimit = .milliseconds(100) }
        var slow = try await RawClient(to: patient)
        try await slow.send(startup())
        #expect(try await slow.next().name == "R")
        let refusal = try await slow.next().refusal
        #expect(refusal?.sqlState.text == "57014")
        #expect(refusal?.message == "Authentication timed out")
        await slow.stream.close()
        await proxy.stop()
        await patient.stop()
    }

    @Test func `a stranger too many is refused, a known client is not counted among them`() async throws {
        let proxy = try await fixture().proxy { $0.admission.strangers = 1 }
        let known = try await proxy.connect()
        let stranger = try await RawClient(to: proxy)
        var second = try await RawClient(to: proxy, serverName: nil)
        #expect(try await second.next().refusal?.sqlState.text == "53300")
        await second.stream.close()
        await stranger.stream.close()
        await known.close()
        await proxy.stop()
    }

    // MARK: Finding the compute

    @Test func `a dead address costs two strikes and one more wake`() async throws {
        let fixture = try fixture()
        let dead = try fixture.location(generation: 1, port: try PostgresServer.freePort())
        let alive = try fixture.location(generation: 2, cached: false)
        let proxy = try await fixture.proxy(waking: [.success(dead), .success(alive)])
        let connection = try await proxy.connect()
        #expect(proxy.waker.asked == 2)
        #expect(proxy.waker.invalidated == [dead.location.version])
        #expect(proxy.metrics.exposition().contains("proxy_connection_failures_total{kind=\"compute_cached\"} 2"))
        await connection.close()
        await proxy.stop()
    }

    @Test func `somebody else at the address is never spoken to`() async throws {
        let fixture = try fixture()
        let foreign = try fixture.location(generation: 1, serverName: "compute-other-9")
        let own = try fixture.location(generation: 2, cached: false)
        let proxy = try await fixture.proxy(waking: [.success(foreign), .success(own)])
        let connection = try await proxy.connect()
        #expect(proxy.waker.invalidated == [foreign.location.version])
        await connection.close()
        await proxy.stop()
    }

    @Test func `one deadline ends all attempts`() async throws {
        let fixture = try fixture()
        let dead = try fixture.location(generation: 1, port: try PostgresServer.freePort())
        let proxy = try await fixture.proxy(waking: [.success(dead)]) { $0.connect.deadline = .milliseconds(300) }
        let refusal = try await proxy.refusal()
        #expect(refusal?.sqlState.text == "08006")
        #expect(refusal?.message == "Couldn't connect to compute node")
        await proxy.stop()
    }

    // MARK: Ending

    @Test func `a proxy that goes down tells its clients`() async throws {
        let proxy = try await fixture().proxy()
        let connection = try await proxy.connect()
        await proxy.stop()
        let error = await #expect(throws: PostgresServerError.self) { try await connection.query("select 1") }
        #expect(error?.sqlState == .adminShutdown)
        try await eventually("the session has ended") { proxy.runner.registry.count == 0 }
    }

    @Test func `a proxy that goes down says nothing in the middle of a row`() async throws {
        let proxy = try await fixture().proxy()
        var client = try await RawClient(to: proxy)
        try await client.send(startup())
        _ = try await client.next()
        try await client.prove(EdgeFixture.password, pipelined: query("select repeat('x', 200000000)"))
        _ = try await client.frames(upTo: "T")
        // The row is longer than what all queues between hold, so the relay stands in its middle.
        var last = try await client.stream.read()
        #expect(last != nil)
        async let stopped: Void = proxy.stop()
        try await eventually("the session has ended") { proxy.runner.registry.count == 0 }
        while let bytes = try? await client.stream.read() { last = bytes }
        #expect(last.map { String(buffer: $0).contains("57P01") } == false)
        await stopped
        await client.stream.close()
    }

    @Test func `a compute that takes connections and says nothing is given up`() async throws {
        let fixture = try fixture()
        let mute = try await Listener.bind(
            host: "127.0.0.1", port: 0, group: MultiThreadedEventLoopGroup.singleton
        ) { stream in
            while let bytes = try? await stream.read(), bytes.readableBytes > 0 {}
        }
        let hung = try fixture.location(generation: 1, port: mute.port)
        let alive = try fixture.location(generation: 2, cached: false)
        let proxy = try await fixture.proxy(waking: [.success(hung), .success(alive)]) {
            // What the mute one is given; a busy machine's PostgreSQL must not need as long.
            $0.connect.silence = .seconds(1)
        }
        let connection = try await proxy.connect()
        #expect(proxy.waker.invalidated == [hung.location.version])
        await connection.close()
        await proxy.stop()
        await mute.stopAccepting()
    }

    @Test func `a client that breaks off leaves nothing running on its compute`() async throws {
        let fixture = try fixture()
        let proxy = try await fixture.proxy()
        var client = try await RawClient(to: proxy)
        try await client.send(startup())
        _ = try await client.next()
        try await client.prove(EdgeFixture.password, pipelined: query("select pg_sleep(60), 'left alone'"))
        _ = try await client.frames(upTo: "Z")
        let observer = try await proxy.connect()
        let running =
            "select 1 from pg_stat_activity where state = 'active' and query like '%left alone%' "
            + "and pid <> pg_backend_pid()"
        try await eventually("the query runs") { try await observer.query(running).count == 1 }
        // Without a goodbye: the way a process dies.
        try await client.stream.channel?.close(mode: .all)
        try await eventually("the query is cancelled") { try await observer.query(running).isEmpty }
        await observer.close()
        await proxy.stop()
    }
}
