import NIOCore
import NIOPosix
import PostgresWire
import TLSEngine
import Telemetry
import TestKit
import Testing
import Transport

@Suite(.enabled(if: PostgresServer.binaries != nil, "needs Debian's postgresql"), WithPostgres())
struct PostgresConnectionTests {
    private func fixture() throws -> PostgresFixture {
        try #require(PostgresFixture.current)
    }

    @Test(arguments: [true, false]) func `a query is answered with and without TLS`(tls: Bool) async throws {
        let connection = try await fixture().connect(tls: tls)
        #expect(try await connection.query("select 1, null, 'ü'; select 2") == [["2"]])
        #expect(try await connection.query("select 1, null, 'ü'") == [["1", nil, "ü"]])
        #expect(try await connection.query("") == [])
        let encrypted = try await connection.query("select ssl::text from pg_stat_ssl where pid = pg_backend_pid()")
        #expect(encrypted == [[tls ? "true" : "false"]])
        await connection.close()
    }

    @Test func `a refused statement carries its code and leaves the connection usable`() async throws {
        let connection = try await fixture().connect()
        let error = await #expect(throws: PostgresServerError.self) { try await connection.query("select 1/0") }
        #expect(error?.sqlState.text == "22012")
        #expect(try await connection.query("select 3") == [["3"]])
        await connection.close()
        await #expect(throws: PostgresConnection.Misuse.closed) { try await connection.query("select 1") }
    }

    @Test func `a large answer arrives whole`() async throws {
        let connection = try await fixture().connect()
        let rows = try await connection.query("select repeat('x', 200), g from generate_series(1, 20000) g")
        #expect(rows.count == 20_000)
        #expect(rows.last == [String(repeating: "x", count: 200), "20000"])
        await connection.close()
    }

    @Test func `one query at a time`() async throws {
        let connection = try await fixture().connect()
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    do {
                        return try await connection.query("select pg_sleep(0.2)") == [[""]]
                    } catch {
                        return false
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes == [false, true], "the second is refused while the first runs")
        #expect(try await connection.query("select 1") == [["1"]])
        await connection.close()
    }

    @Test func `a cancelled query ends the connection`() async throws {
        let connection = try await fixture().connect()
        let task = Task { try await connection.query("select pg_sleep(60)") }
        task.cancel()
        await #expect(throws: (any Error).self) { try await task.value }
        await #expect(throws: PostgresConnection.Misuse.closed) { try await connection.query("select 1") }
    }

    @Test func `an end by the server is told as such`() async throws {
        let (victim, killer) = try await (fixture().connect(), fixture().connect())
        let id = try await victim.query("select pg_backend_pid()")
        let processID = try #require(id.first?.first ?? nil)
        try await killer.query("select pg_terminate_backend(\(processID))")
        let error = await #expect(throws: PostgresServerError.self) { try await victim.query("select 1") }
        #expect(error?.sqlState == .adminShutdown)
        await killer.close()
    }
}

@Suite(.enabled(if: PostgresServer.binaries != nil, "needs Debian's postgresql"), WithPostgres())
struct PostgresUpstreamTests {
    private let loop = MultiThreadedEventLoopGroup.singleton.any()
    private let soon = ContinuousClock.now + .seconds(20)

    private func fixture() throws -> PostgresFixture {
        try #require(PostgresFixture.current)
    }

    private func logIn(
        _ credential: SCRAMClient.Credential, user: String = PostgresServer.superuser, database: String = "postgres",
        serverName: String? = PostgresFixture.serverName, context: TLSContext? = nil
    ) async throws -> PostgresUpstream {
        let fixture = try fixture()
        let target = PostgresUpstream.Target(host: "127.0.0.1", port: fixture.server.port, serverName: serverName)
        let stream = try await PostgresUpstream.dial(target, on: loop, limit: .seconds(5))
        return try await PostgresUpstream.logIn(
            stream, to: target, context: context ?? fixture.trusting,
            parameters: StartupParameters([("user", user), ("database", database)]), credential: credential,
            deadline: soon)
    }

    private let password = SCRAMClient.Credential.password(Array(PostgresServer.password.utf8))

    private func failure(_ body: () async throws -> Void) async -> UpstreamFailure.Reason? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? UpstreamFailure)?.reason
        }
    }

    @Test func `keys proved to us open the same verifier`() async throws {
        let admin = try await fixture().connect()
        let verifier = SCRAMVerifier.make(
            password: Array("pencil".utf8), salt: Digests.randomBytes(16), hashing: LibcryptoHashing())
        try await admin.query("create role alice login password '\(verifier.secretText)'")
        let keys = SCRAMKeys(
            password: Array("pencil".utf8), salt: verifier.salt, iterations: 4096, hashing: LibcryptoHashing())
        let upstream = try await logIn(.keys(keys), user: "alice")
        #expect(upstream.cancelKey != nil)
        #expect(upstream.transactionState == .idle)
        #expect(String(buffer: upstream.preamble).contains("server_version"))
        await upstream.stream.close()
        await admin.close()
    }

    @Test func `a wrong password and a missing database are told as the server tells them`() async throws {
        guard case .rejected(let wrong, let frame) = await failure({ _ = try await logIn(.password([1])) }) else {
            Issue.record("not rejected")
            return
        }
        #expect(wrong.sqlState == .invalidPassword)
        #expect(frame.readableBytesView.first == UInt8(ascii: "E"))
        let missing = await failure { _ = try await logIn(password, database: "nowhere") }
        guard case .rejected(let response, _) = missing else {
            Issue.record("not rejected: \(String(describing: missing))")
            return
        }
        #expect(response.sqlState.text == "3D000")
    }

    @Test func `somebody else's certificate is told apart from a broken handshake`() async throws {
        #expect(await failure { _ = try await logIn(password, serverName: "compute-demo-2") } == .identityMismatch)
        let distrusting = try fixture().distrusting
        #expect(await failure { _ = try await logIn(password, context: distrusting) } == .identityMismatch)
    }

    @Test func `nobody there, nobody answering`() async throws {
        let target = PostgresUpstream.Target(host: "127.0.0.1", port: try PostgresServer.freePort(), serverName: nil)
        #expect(
            await failure { _ = try await PostgresUpstream.dial(target, on: loop, limit: .seconds(5)) }
                == .dial(.refused))

        let silent = try await Listener.bind(host: "127.0.0.1", port: 0, group: loop) { stream in
            while let bytes = try? await stream.read(), bytes.readableBytes > 0 {}
        }
        let deaf = PostgresUpstream.Target(host: "127.0.0.1", port: silent.port, serverName: nil)
        let stream = try await PostgresUpstream.dial(deaf, on: loop, limit: .seconds(5))
        let reason = await failure {
            _ = try await PostgresUpstream.logIn(
                stream, to: deaf, context: nil, parameters: StartupParameters([("user", "u")]), credential: password,
                deadline: .now + .milliseconds(50))
        }
        #expect(reason == .deadlinePassed)
        // One that does not even notice our end.
        let (held, release) = AsyncStream.makeStream(of: Void.self)
        let hung = try await Listener.bind(host: "127.0.0.1", port: 0, group: loop) { _ in for await _ in held {} }
        let stopped = PostgresUpstream.Target(host: "127.0.0.1", port: hung.port, serverName: nil)
        let another = try await PostgresUpstream.dial(stopped, on: loop, limit: .seconds(5))
        let began = ContinuousClock.now
        let silence = await failure {
            _ = try await PostgresUpstream.logIn(
                another, to: stopped, context: nil, parameters: StartupParameters([("user", "u")]),
                credential: password,
                deadline: soon, silenceLimit: .milliseconds(50))
        }
        #expect(silence == .silent)
        // Less than a goodbye may take: nobody would answer it.
        #expect(ContinuousClock.now - began < .milliseconds(1_900))
        release.finish()
        await hung.stopAccepting()
        await silent.stopAccepting()
    }

    @Test func `a server that ends or has no TLS is told`() async throws {
        let rude = try await Listener.bind(host: "127.0.0.1", port: 0, group: loop) { stream in
            _ = try? await stream.read()
        }
        let plain = try await Listener.bind(host: "127.0.0.1", port: 0, group: loop) { stream in
            _ = try? await stream.read()
            try? await stream.write(ByteBuffer(string: "N"))
            _ = try? await stream.read()
        }
        let trusting = try fixture().trusting
        for (port, expected) in [(rude.port, UpstreamFailure.Reason.closed), (plain.port, .tlsRefused)] {
            let target = PostgresUpstream.Target(host: "127.0.0.1", port: port, serverName: "x")
            let stream = try await PostgresUpstream.dial(target, on: loop, limit: .seconds(5))
            let reason = await failure {
                _ = try await PostgresUpstream.logIn(
                    stream, to: target, context: trusting, parameters: StartupParameters([("user", "u")]),
                    credential: password, deadline: soon)
            }
            #expect(reason == expected)
        }
        await rude.stopAccepting()
        await plain.stopAccepting()
    }

    @Test(arguments: [true, false]) func `a cancel request reaches the query it names`(tls: Bool) async throws {
        let fixture = try fixture()
        let serverName = tls ? PostgresFixture.serverName : nil
        let upstream = try await logIn(password, serverName: serverName)
        var query = ByteBuffer()
        SimpleQuery.encode("select pg_sleep(60)", into: &query)
        try await upstream.stream.write(query)
        let admin = try await fixture.connect()
        let key = try #require(upstream.cancelKey)
        try await eventually("the query runs") {
            let activity = "select 1 from pg_stat_activity where state = 'active' and pid = \(key.processID)"
            return try await admin.query(activity).count == 1
        }
        let target = PostgresUpstream.Target(host: "127.0.0.1", port: fixture.server.port, serverName: serverName)
        let outcome = await PostgresCancel.send(
            CancelRequest(key: key), to: target, context: fixture.trusting, on: loop, deadline: soon)
        #expect(outcome == .done)
        var reader = FrameReader(bodyLimit: 65_536)
        var refusal: ErrorResponse?
        while refusal == nil, let bytes = try await upstream.stream.read() {
            reader.append(bytes)
            while let frame = try reader.next() {
                guard frame.tag == ErrorResponse.tag else { continue }
                refusal = try ErrorResponse(decoding: frame.body)
            }
        }
        #expect(refusal?.sqlState == .queryCanceled)
        await upstream.stream.close()
        await admin.close()
    }
}
