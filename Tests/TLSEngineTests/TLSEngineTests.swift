import TLSEngine
import Testing

struct TLSEngineTests {
    let files: TestFiles

    init() throws {
        files = try TestFiles()
    }

    @Test func `the greeting comes with the key share that PostgreSQL takes`() throws {
        let side = EngineSide()
        let client = try TLSEngine(connectingWith: files.client(), serverName: "db.example", output: side)
        try client.start()
        // RFC 8446 §4.2.8: extension 51, its length, the shares' length, and the first share's group.
        let bytes = side.takeCiphertext()
        let shares = bytes.indices.dropLast(8).filter { index in
            bytes[index] == 0 && bytes[index + 1] == 51
                && Int(bytes[index + 2]) << 8 | Int(bytes[index + 3])
                    == (Int(bytes[index + 4]) << 8 | Int(bytes[index + 5])) + 2
        }
        let share = try #require(shares.first)
        #expect(Array(bytes[(share + 6)...(share + 7)]) == [0, 0x17], "secp256r1")
    }

    @Test func `both sides agree and talk both ways`() throws {
        let pair = try EnginePair(client: files.client(), server: files.server())
        let failures = pair.talk()
        #expect(failures.client == nil && failures.server == nil)
        #expect(pair.client.isEstablished && pair.server.isEstablished)
        let binding = try #require(pair.server.peer.tlsServerEndPoint)
        #expect(
            pair.server.peer
                == TLSPeer(serverName: "db.example", tlsVersion: "TLSv1.3", tlsServerEndPoint: binding))
        #expect(
            pair.client.peer
                == TLSPeer(dnsNames: ["db.example"], tlsVersion: "TLSv1.3", tlsServerEndPoint: binding))
        try pair.client.send("question")
        try pair.server.send("answer")
        pair.talk()
        #expect(pair.serverSide.plaintext == Array("question".utf8))
        #expect(pair.clientSide.plaintext == Array("answer".utf8))
    }

    @Test(arguments: [1, 2, 5, 17, 1000]) func `records may be cut anywhere`(piece: Int) throws {
        let pair = try EnginePair(client: files.client(), server: files.server())
        pair.talk(inPiecesOf: piece)
        let long = (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        try pair.client.send(long.span.bytes)
        try pair.server.send(long.span.bytes)
        try pair.client.send("!")
        pair.talk(inPiecesOf: piece)
        #expect(pair.serverSide.plaintext == long + Array("!".utf8))
        #expect(pair.clientSide.plaintext == long)
    }

    @Test func `a handshake's last flight may carry the first data`() throws {
        let pair = try EnginePair(client: files.client(), server: files.server())
        try pair.client.start()
        try pair.server.receive(pair.clientSide.takeCiphertext())
        try pair.client.receive(pair.serverSide.takeCiphertext())
        try pair.client.send("early bird")
        try pair.server.receive(pair.clientSide.takeCiphertext())
        #expect(pair.serverSide.plaintext == Array("early bird".utf8))
    }

    @Test func `a certificate made out to another name is refused, and the server hears why`() throws {
        let pair = try EnginePair(client: files.client(), server: files.server(), serverName: "other.example")
        let failures = pair.talk()
        #expect(failures.client?.reason == .nameMismatch)
        #expect(failures.server?.reason == .refusedByPeer)
    }

    @Test func `an IP address is verified as one and is not sent as a server name`() throws {
        let right = try EnginePair(client: files.client(), server: files.server(), serverName: "127.0.0.1")
        right.talk()
        #expect(right.server.isEstablished && right.server.peer.serverName == nil)
        let wrong = try EnginePair(client: files.client(), server: files.server(), serverName: "127.0.0.2")
        #expect(wrong.talk().client?.reason == .nameMismatch)
    }

    @Test func `names are verified unless the caller does it by URI`() throws {
        let pair = try EnginePair(
            client: files.client(), server: files.server(), serverName: "other.example", nameCheck: .none)
        #expect(pair.talk().client == nil)
        #expect(throws: TLSFailure.self) {
            try EnginePair(client: files.client(), server: files.server(), serverName: "")
        }
    }

    @Test func `a stranger's authority is refused`() throws {
        let pair = try EnginePair(client: TestFiles().client(), server: files.server())
        #expect(pair.talk().client?.reason == .peerNotTrusted)
    }

    @Test func `a certificate past its time is refused`() throws {
        let old = try files.issue("old", dnsNames: ["db.example"], now: TestFiles.now - 7200, validity: .seconds(60))
        let server = try TLSContext.server(certificateFile: old.certificate, privateKeyFile: old.key)
        let failure = try EnginePair(client: files.client(), server: server).talk().client
        #expect(failure?.reason == .peerNotTrusted)
        #expect(failure?.detail.contains("expired") == true)
    }

    @Test func `the server's best protocol among the client's wins`() throws {
        let pair = try EnginePair(
            client: files.client(alpn: ["http/1.1", "postgresql", "h2"]),
            server: files.server(alpn: ["h2", "postgresql"]))
        pair.talk()
        #expect(pair.client.peer.alpn == "h2")
        #expect(pair.server.peer.alpn == "h2")
    }

    @Test func `a client that offers only other protocols is refused`() throws {
        let pair = try EnginePair(client: files.client(alpn: ["http/1.1"]), server: files.server(alpn: ["postgresql"]))
        let failures = pair.talk()
        #expect(failures.server?.reason == .noCommonProtocol)
        #expect(failures.client?.reason == .refusedByPeer)
    }

    @Test func `a client that offers no protocol is served`() throws {
        let pair = try EnginePair(client: files.client(), server: files.server(alpn: ["postgresql"]))
        pair.talk()
        #expect(pair.server.isEstablished && pair.server.peer.alpn == nil)
    }

    @Test func `a client certificate is demanded`() throws {
        let pair = try EnginePair(client: files.client(), server: files.server(clients: true))
        #expect(pair.talk().server?.reason == .noClientCertificate)
        // In TLS 1.3 the client learns it from its first read.
        #expect(pair.client.failure?.reason == .refusedByPeer)
    }

    @Test func `a client certificate of another authority is refused`() throws {
        let strangers = try TestFiles()
        let stranger = try strangers.issue("client", uriNames: ["sidecar://admin/root"])
        let client = try TLSContext.client(
            trustedCAFile: files.authorityFile, certificateFile: stranger.certificate, privateKeyFile: stranger.key)
        let pair = try EnginePair(client: client, server: files.server(clients: true))
        #expect(pair.talk().server?.reason == .peerNotTrusted)
    }

    @Test func `the peer's URI names are read`() throws {
        let names = ["sidecar://proxy/proxy-a", "sidecar://compute/demo/compute-demo-3"]
        let pair = try EnginePair(client: files.client(uriNames: names), server: files.server(clients: true))
        pair.talk()
        #expect(pair.server.peer.uriNames == names)
        #expect(pair.client.peer.uriNames.isEmpty)
    }

    @Test func `close_notify is an end, anything else is a cut`() throws {
        let pair = try EnginePair(client: files.client(), server: files.server())
        pair.talk()
        try pair.client.send("last words")
        pair.client.finish()
        pair.talk()
        #expect(pair.serverSide.plaintext == Array("last words".utf8))
        #expect(pair.server.hasPeerFinished)
        try pair.server.receiveEnd()
        // The other half is still open.
        try pair.server.send("noted")
        pair.talk()
        #expect(pair.clientSide.plaintext == Array("noted".utf8))
        let failure = #expect(throws: TLSFailure.self) { try pair.client.receiveEnd() }
        #expect(failure?.reason == .truncated)
        #expect(throws: TLSFailure.self) { try pair.client.send("after the end") }
    }

    @Test func `bytes that are not TLS end the engine`() throws {
        let pair = try EnginePair(client: files.client(), server: files.server())
        let garbage = Array("GET / HTTP/1.1\r\n\r\n".utf8)
        let failure = #expect(throws: TLSFailure.self) { try pair.server.receive(garbage) }
        #expect(failure?.reason == .protocolViolation)
        let again = #expect(throws: TLSFailure.self) { try pair.server.receive(garbage) }
        #expect(again == failure)
    }

    @Test func `a changed byte is noticed`() throws {
        let pair = try EnginePair(client: files.client(), server: files.server())
        pair.talk()
        try pair.client.send("the truth")
        var bytes = pair.clientSide.takeCiphertext()
        bytes[bytes.count - 1] ^= 1
        let failure = #expect(throws: TLSFailure.self) { try pair.server.receive(bytes) }
        #expect(failure?.reason == .protocolViolation)
        #expect(pair.serverSide.plaintext.isEmpty)
        #expect(!pair.serverSide.ciphertext.isEmpty, "an alert tells the peer")
    }

    @Test func `nothing is sent before the handshake`() throws {
        let pair = try EnginePair(client: files.client(), server: files.server())
        #expect(throws: TLSFailure.self) { try pair.client.send("too early") }
    }
}
