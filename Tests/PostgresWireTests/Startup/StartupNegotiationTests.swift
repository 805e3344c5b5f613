import NIOCore
import PostgresWire
import Testing

struct StartupNegotiationTests {
    /// Feeds each chunk in turn and collects the actions until the machine wants to read.
    private func actions(
        _ policy: StartupNegotiation.TLSPolicy, _ chunks: ByteBuffer...
    ) -> [StartupNegotiation.Action] {
        var negotiation = StartupNegotiation(policy: policy)
        var buffer = ByteBuffer()
        var actions: [StartupNegotiation.Action] = []
        for var chunk in chunks {
            buffer.writeBuffer(&chunk)
            feeding: while true {
                let action = negotiation.bytesReceived(&buffer)
                actions.append(action)
                switch action {
                case .reply: continue
                case .acceptTLS:
                    actions.append(negotiation.secured(alpn: nil))
                    break feeding
                case .read, .startup, .cancel, .refuse: break feeding
                }
            }
        }
        return actions
    }

    private func sqlState(_ action: StartupNegotiation.Action?) -> String? {
        guard case .refuse(let response) = action else { return nil }
        #expect(response.fields.severity == .fatal)
        return response.sqlState.text
    }

    private func message(_ version: ProtocolVersion = .v3_0) -> StartupMessage {
        StartupMessage(version: version, parameters: StartupParameters([("user", "alice")]))
    }

    @Test func `TLS is asked for, then the client introduces itself`() {
        #expect(
            actions(.required, .sslRequest, .startup())
                == [.acceptTLS(reply: UInt8(ascii: "S")), .read, .startup(message())])
    }

    @Test func `GSSAPI encryption is refused and TLS asked for afterwards`() {
        let no = StartupNegotiation.Action.reply(UInt8(ascii: "N"))
        #expect(
            actions(.required, .gssEncryptionRequest, .sslRequest, .startup())
                == [no, .read, .acceptTLS(reply: UInt8(ascii: "S")), .read, .startup(message())])
        #expect(
            actions(.unavailable, .sslRequest, .gssEncryptionRequest, .startup())
                == [no, .read, no, .read, .startup(message())])
    }

    @Test func `each request may be made once`() {
        #expect(sqlState(actions(.unavailable, .sslRequest, .sslRequest).last) == "08P01")
        #expect(sqlState(actions(.unavailable, .gssEncryptionRequest, .gssEncryptionRequest).last) == "08P01")
        #expect(sqlState(actions(.offered, .sslRequest, .sslRequest).last) == "08P01")
        #expect(sqlState(actions(.offered, .sslRequest, .gssEncryptionRequest).last) == "08P01")
    }

    @Test func `bytes behind a request for encryption are refused`() {
        for request in [ByteBuffer.sslRequest, .gssEncryptionRequest] {
            var early = request
            early.writeString("x")
            #expect(sqlState(actions(.required, early).last) == "08P01")
        }
    }

    @Test func `direct TLS is known by its first byte and needs its application protocol`() {
        var negotiation = StartupNegotiation(policy: .required)
        var hello = ByteBuffer(bytes: [0x16, 3, 1])
        #expect(negotiation.bytesReceived(&hello) == .acceptTLS(reply: nil))
        #expect(hello.readableBytes == 3, "the engine needs all of it")
        var named = negotiation
        #expect(named.secured(alpn: "postgresql") == .read)
        var packet = ByteBuffer.startup()
        #expect(named.bytesReceived(&packet) == .startup(message()))
        #expect(sqlState(negotiation.secured(alpn: nil)) == "08P01")
    }

    @Test func `another application protocol is refused, none is welcome after an SSLRequest`() {
        var negotiation = StartupNegotiation(policy: .offered)
        var request = ByteBuffer.sslRequest
        #expect(negotiation.bytesReceived(&request) == .acceptTLS(reply: UInt8(ascii: "S")))
        var other = negotiation
        #expect(negotiation.secured(alpn: nil) == .read)
        #expect(sqlState(other.secured(alpn: "h2")) == "08P01")
    }

    @Test func `direct TLS comes first or not at all`() {
        #expect(sqlState(actions(.unavailable, ByteBuffer(bytes: [0x16, 3, 1])).last) == "08P01")
        let late = actions(.offered, .gssEncryptionRequest, ByteBuffer(bytes: [0x16, 3, 1, 0, 0, 0, 0, 0]))
        #expect(sqlState(late.last) == "08P01")
    }

    @Test func `a client in clear is told what to do`() throws {
        guard case .refuse(let response) = actions(.required, .startup()).last else {
            Issue.record("let in")
            return
        }
        #expect(response.sqlState == .invalidAuthorization)
        #expect(response.message == "connection is insecure (try using `sslmode=require`)")
        #expect(actions(.offered, .startup()) == [.startup(message())])
    }

    @Test(arguments: [4, 32, 256]) func `a cancel request may come in clear`(secretLength: Int) throws {
        let secret = (0..<secretLength).map { UInt8(truncatingIfNeeded: $0) }
        let key = try #require(CancelKey(processID: -7, secret: secret))
        let request = CancelRequest(key: key)
        #expect(actions(.required, request.encoded()) == [.cancel(request)])
        #expect(actions(.required, .sslRequest, request.encoded()).last == .cancel(request))
    }

    @Test(arguments: [0, 3, 257]) func `a cancel secret has four to 256 bytes`(secretLength: Int) {
        let body = [UInt8](repeating: 1, count: 4 + secretLength)
        #expect(sqlState(actions(.required, .packet(80_877_102, body)).last) == "08P01")
        #expect(CancelKey(processID: 1, secret: [UInt8](repeating: 1, count: secretLength)) == nil)
    }

    @Test func `lengths outside 8 to 10004 are refused at once`() {
        for length in [0, 4, 7, 10_005, UInt32.max] {
            var packet = ByteBuffer()
            packet.writeInteger(length)
            #expect(sqlState(actions(.offered, packet).last) == "08P01", "length \(length)")
        }
        let longest = "user\0alice\0x\0" + String(repeating: "y", count: 9_981) + "\0\0"
        var packet = ByteBuffer.startup(196_608, longest)
        #expect(packet.readableBytes == 10_004)
        guard case .startup = actions(.offered, packet).last else {
            Issue.record("refused the longest packet")
            return
        }
        packet.moveWriterIndex(to: 10_003)
        #expect(actions(.offered, packet) == [.read])
    }

    @Test(arguments: [131_072, 262_144, 80_877_105] as [UInt32])
    func `other major versions are refused with their name`(version: UInt32) {
        let action = actions(.required, .startup(version)).last
        #expect(sqlState(action) == "0A000")
        guard case .refuse(let response) = action else { return }
        #expect(response.message.hasPrefix("unsupported frontend protocol \(version >> 16).\(version & 0xFFFF)"))
    }

    @Test(arguments: ["user\0alice\0", "user\0alice", "user\0\0x", "", "user\0alice\0\0x", "user\0alice\0\0\0"])
    func `a parameter list that is cut or too long is refused`(body: String) {
        #expect(sqlState(actions(.offered, .startup(196_608, body)).last) == "08P01", "\(body)")
    }

    @Test(arguments: ["user", "database", "options"]) func `what decides is given once`(name: String) {
        let body = "user\0alice\0database\0d\0options\0o\0\(name)\0other\0\0"
        #expect(sqlState(actions(.offered, .startup(196_608, body)).last) == "08P01")
    }

    @Test func `a pipelined query stays in the buffer`() {
        var negotiation = StartupNegotiation(policy: .offered)
        var buffer = ByteBuffer.startup()
        buffer.writeString("more")
        #expect(negotiation.bytesReceived(&buffer) == .startup(message()))
        #expect(buffer == ByteBuffer(string: "more"))
    }
}
