import EdgeProxy
import Foundation
import Gossip
import NIOCore
import PostgresWire
import TLSEngine
import Telemetry
import TestKit
import Testing
import Transport

/// Clients that name their endpoint in the password.
@Suite(.enabled(if: PostgresServer.binaries != nil, "needs Debian's postgresql"), WithCompute())
struct ClearTextTests {
    private func fixture() throws -> EdgeFixture { try #require(EdgeFixture.current) }

    /// A client that has been asked for its password.
    private func asked(by proxy: RunningProxy, user: String = EdgeFixture.role) async throws -> RawClient {
        var client = try await RawClient(to: proxy, serverName: "link.example.com")
        try await client.send(StartupMessage(version: .v3_0, parameters: StartupParameters([("user", user)])))
        #expect(AuthenticationRequest(decoding: try await client.next().body) == .cleartextPassword)
        return client
    }

    private func message(_ password: String) -> ByteBuffer {
        var buffer = ByteBuffer()
        PasswordMessage(Array(password.utf8)).encode(into: &buffer)
        return buffer
    }

    /// What the client is refused with.
    private func refusal(_ password: ByteBuffer, user: String = EdgeFixture.role) async throws -> ErrorResponse? {
        let proxy = try await fixture().proxy()
        var client = try await asked(by: proxy, user: user)
        try await client.send(password)
        let refusal = try await client.next().refusal
        #expect(proxy.waker.asked == 0)
        await client.stream.close()
        await proxy.stop()
        return refusal
    }

    @Test(arguments: [
        "endpoint=demo;", "project=demo;", "endpoint=demo$", "project=demo$",
    ]) func `an endpoint named in the password is found, and what was pipelined is answered`(
        prefix: String
    ) async throws {
        let proxy = try await fixture().proxy()
        var client = try await asked(by: proxy)
        var said = message(prefix + EdgeFixture.password)
        SimpleQuery.encode("select current_user", into: &said)
        try await client.send(said)
        let welcome = try await client.frames(upTo: "Z")
        #expect(welcome.first?.name == "R" && welcome.last?.name == "Z", "\(String(describing: welcome.last?.refusal))")
        #expect(welcome.filter { $0.name == "R" }.count == 1, "no SCRAM in it")
        let row = try await client.frames(upTo: "Z").first { $0.name == "D" }
        #expect(row.map { String(buffer: $0.body).hasSuffix("alice") } == true)
        #expect(await proxy.runner.registry.sessions().first?.facts.endpoint?.text == "demo")
        await client.stream.close()
        await proxy.stop()
    }

    @Test func `psql does it too`() async throws {
        let proxy = try await fixture().proxy()
        let psql = Process()
        psql.executableURL = URL(filePath: "/usr/bin/env")
        psql.arguments = [
            "psql", "-XAtc", "select 40 + 2", "host=127.0.0.1 port=\(proxy.socket.port) user=alice sslmode=require",
        ]
        let password = "endpoint=demo;" + EdgeFixture.password
        psql.environment = ProcessInfo.processInfo.environment.merging(["PGPASSWORD": password]) { $1 }
        let output = Pipe()
        psql.standardOutput = output
        try psql.run()
        #expect(String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self) == "42\n")
        await proxy.stop()
    }

    @Test func `wrong password, unknown role and unknown endpoint read alike`() async throws {
        let wrong = try await refusal(message("endpoint=demo;pen"))
        #expect(wrong?.sqlState == .invalidPassword)
        #expect(wrong?.message == "password authentication failed for user \"alice\"")
        #expect(try await refusal(message("endpoint=nowhere;pen"))?.message == wrong?.message)
        #expect(try await refusal(message("endpoint=demo;"))?.message == wrong?.message)
        let nobody = try await refusal(message("endpoint=demo;pencil"), user: "nobody")
        #expect(nobody?.sqlState == .invalidPassword)
        #expect(nobody?.message == "password authentication failed for user \"nobody\"")
    }

    @Test func `a password that names no endpoint is told how to`() async throws {
        for text in ["pencil", "", "endpoint=;pencil", "endpoint=demo"] {
            let refusal = try await refusal(message(text))
            #expect(refusal?.sqlState == .connectionRejected, "\(text)")
            #expect(refusal?.message.hasPrefix("Endpoint ID is not specified.") == true)
        }
    }

    @Test func `names are checked as everywhere`() async throws {
        let refusal = try await refusal(message("endpoint=DE_MO;pencil"))
        #expect(refusal?.sqlState == .protocolViolation)
        #expect(
            refusal?.message == "Project name ('DE_MO') must contain only alphanumeric characters and hyphen.")
    }

    @Test func `messages that are none are refused in words`() async throws {
        var unterminated = ByteBuffer()
        unterminated.writeBytes([PasswordMessage.tag, 0, 0, 0, 24] + Array("endpoint=demo;pencil".utf8))
        #expect(
            try await refusal(unterminated)?.message == "Malformed password message: missing terminator")
        #expect(
            try await refusal(message("endpoint=demo;" + String(repeating: "x", count: 500)))?.message
                == "authentication protocol violation")
        var query = ByteBuffer()
        SimpleQuery.encode("select 1", into: &query)
        #expect(try await refusal(query)?.message == "authentication protocol violation")
    }

    @Test func `whoever says nothing is timed out`() async throws {
        let proxy = try await fixture().proxy { $0.authenticationLimit = .milliseconds(100) }
        var client = try await asked(by: proxy)
        let refusal = try await client.next().refusal
        #expect(refusal?.message == "Authentication timed out")
        await client.stream.close()
        await proxy.stop()
    }

    @Test func `nobody is asked for a password without TLS`() async throws {
        let proxy = try await fixture().proxy(tls: false)
        var client = try await RawClient(to: proxy, serverName: nil)
        try await client.send(StartupMessage(version: .v3_0, parameters: StartupParameters([("user", "alice")])))
        #expect(try await client.next().refusal?.sqlState == .connectionRejected)
        await client.stream.close()
        await proxy.stop()
    }

    @Test func `a password that was just changed is found out by asking again`() async throws {
        let fixture = try fixture()
        let old = SCRAMVerifier.make(
            password: Array("old".utf8), salt: Array(1...16), hashing: LibcryptoHashing())
        let proxy = try await fixture.proxy(directory: ScriptedDirectory(old, newer: fixture.verifier))
        var client = try await asked(by: proxy)
        try await client.send(message("endpoint=demo;" + EdgeFixture.password))
        #expect(try await client.frames(upTo: "Z").last?.name == "Z", "even with another salt")
        await client.stream.close()
        await proxy.stop()
    }

    @Test func `an outdated secret is said so, whatever the password`() async throws {
        let fixture = try fixture()
        let proxy = try await fixture.proxy(directory: ScriptedDirectory(fixture.verifier, access: .outdated(.md5)))
        var client = try await asked(by: proxy)
        try await client.send(message("endpoint=demo;x"))
        #expect(try await client.next().refusal?.message == "Unsupported authentication method: MD5")
        await client.stream.close()
        await proxy.stop()
    }

    private func administrator() async throws -> PostgresConnection {
        try await PostgresConnection.connect(
            host: "127.0.0.1", port: try fixture().compute.port, user: PostgresServer.superuser, database: "postgres",
            password: Secret(PostgresServer.password), deadline: .now + .seconds(60))
    }

    /// Each as the server itself makes a verifier of it.
    @Test func `passwords in any script are prepared as the server does it`() async throws {
        let admin = try await administrator()
        try await admin.query("create role polyglot login")
        var dice = SeededDice(seed: 4013)
        let pools: [[ClosedRange<UInt32>]] = [
            [0x21...0x7E, 0xA0...0x24F], [0x5D0...0x5EA, 0x621...0x64A, 0x30...0x39],
            [0x5D0...0x5EA, 0x61...0x7A], [0x1100...0x11FF, 0xAC00...0xD7A3, 0x300...0x345],
            [0x2000...0x206F, 0x41...0x5A],
            [0x2100...0x24FF, 0x3000...0x33FF, 0xF900...0xFFEF], [0x21...0xD7FF, 0xE000...0xFFFF, 0x10000...0x2FFFF],
            [0x900...0xEFF, 0x1E00...0x1FFF], [0x1D400...0x1D7FF, 0x2F800...0x2FA1D, 0x300...0x36F],
        ]
        for round in 0..<270 {
            let pool = pools[round % pools.count]
            var text = String.UnicodeScalarView()
            while text.count < Int.random(in: 1...6, using: &dice) {
                let value = UInt32.random(in: pool.randomElement(using: &dice) ?? 0x21...0x7E, using: &dice)
                if let scalar = Unicode.Scalar(value), value != 0 { text.append(scalar) }
            }
            let password = String(text)
            let values = text.map { String($0.value, radix: 16) }.joined(separator: " ")
            try await admin.query("alter role polyglot password \(SQLText.literal(password))")
            let rows = try await admin.query("select rolpassword from pg_authid where rolname = 'polyglot'")
            let secret = rows.first?.first ?? nil
            let verifier = try #require(secret.flatMap { SCRAMVerifier.parse($0) })
            let prepared = SASLprep.prepare(Array(password.utf8))
            #expect(
                verifier.keys(of: prepared, isGenuine: true, hashing: LibcryptoHashing()) != nil, "\(values)")
        }
        await admin.close()
    }

    /// Every character that a password may have, beside others that it may become one with; of ideographs and syllables a few.
    @Test func `characters are composed as the server does it`() async throws {
        let bulk: [Range<UInt32>] = [0x3400..<0x4DB6, 0x4E00..<0x9FA6, 0xAC00..<0xD7A4]
        let all: [UInt32] = [0x80..<0xFFFF, 0x1D000..<0x1D800, 0x2F800..<0x2FA1E].flatMap(Array.init)
        var texts: [String] = []
        for value in all where value % 97 == 0 || !bulk.contains(where: { $0.contains(value) }) {
            guard let scalar = Unicode.Scalar(value), !isMapped(scalar) else { continue }
            texts += ["\(scalar)\(scalar)", "a\(scalar)\u{327}\u{301}", "\u{1100}\(scalar)\u{11A8}"].filter(isAllowed)
        }
        #expect(texts.count > 20_000)
        let admin = try await administrator()
        let rows = try await admin.query(
            """
            select encode(convert_to(normalize(t, nfkc), 'UTF8'), 'hex')
            from unnest(string_to_array(\(SQLText.literal(texts.joined(separator: "/"))), '/')) with ordinality u(t, n) order by n
            """)
        await admin.close()
        #expect(rows.count == texts.count)
        for (text, row) in zip(texts, rows) {
            let prepared = SASLprep.prepare(Array(text.utf8))
            let hex = prepared.map { String(0x100 | Int($0), radix: 16).dropFirst() }.joined()
            #expect(hex == row.first, "\(text.unicodeScalars.map { String($0.value, radix: 16) })")
        }
    }

    /// To a space, or to nothing.
    private func isMapped(_ scalar: Unicode.Scalar) -> Bool {
        ["2", " 2 "].map { Array($0.utf8) }.contains(SASLprep.prepare(Array("\(scalar)\u{B2}\(scalar)".utf8)))
    }

    /// A ² becomes a 2 where all is allowed, and nothing changes where it is not.
    private func isAllowed(_ text: String) -> Bool {
        SASLprep.prepare(Array("\(text)\u{B2}\(text)".utf8)).contains(0x32)
    }
}
