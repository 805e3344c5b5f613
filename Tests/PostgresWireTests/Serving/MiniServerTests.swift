import NIOCore
import PostgresWire
import Testing

struct MiniServerTests {
    private func frame(_ tag: Character, _ body: [UInt8] = []) throws -> Frame {
        try #require(try frames(in: .frame(tag, body)).first)
    }

    private func query(_ sql: String) throws -> Frame { try frame("Q", Array(sql.utf8) + [0]) }

    private func tags(_ action: MiniServer.Action) throws -> String {
        guard case .send(let bytes) = action else { return "\(action)" }
        return String(try frames(in: bytes).map { Character(UnicodeScalar($0.tag)) })
    }

    private func error(_ action: MiniServer.Action) throws -> ErrorResponse? {
        switch action {
        case .send(let bytes), .close(let bytes):
            try frames(in: bytes).first { $0.tag == ErrorResponse.tag }.map { try ErrorResponse(decoding: $0.body) }
        case .read, .judge, .answer: nil
        }
    }

    private func ready() -> MiniServer {
        var server = MiniServer(demandsPassword: false)
        _ = server.begin()
        return server
    }

    @Test func `a password is asked for, judged, and welcomed`() throws {
        var server = MiniServer(demandsPassword: true)
        #expect(try tags(server.begin()) == "R")
        let judged = server.frameReceived(try frame("p", Array("secret\0".utf8)))
        #expect(judged == .judge(PasswordMessage(Array("secret".utf8))))
        var wrong = server
        #expect(try tags(server.passwordJudged(isRight: true)) == "RSSSSZ")
        #expect(server.frameReceived(try query("select 1")) == .answer(query: "select 1"))
        #expect(try error(wrong.passwordJudged(isRight: false))?.sqlState == .invalidPassword)
        #expect(try error(wrong.frameReceived(query("select 1")))?.sqlState == .protocolViolation)
    }

    @Test func `without a password everybody is welcome`() throws {
        var server = MiniServer(demandsPassword: false)
        #expect(try tags(server.begin()) == "RSSSSZ")
    }

    @Test func `an answer is a row, and our own client can read it`() throws {
        var server = ready()
        _ = server.frameReceived(try query("x"))
        guard case .send(let bytes) = server.answered(.row("ok")) else {
            Issue.record("nothing sent")
            return
        }
        var client = SimpleQuery()
        var last = SimpleQuery.Action.read
        for frame in try frames(in: bytes) { last = client.frameReceived(frame) }
        #expect(last == .finished(rows: [["ok"]]))
    }

    @Test func `after an error the next query is answered`() throws {
        var server = ready()
        _ = server.frameReceived(try query("x"))
        let answer = server.answered(.failure("Notify failed: no"))
        #expect(try tags(answer) == "EZ")
        #expect(try error(answer) == ErrorResponse(.internalError, "Notify failed: no", severity: .error))
        #expect(server.frameReceived(try query("y")) == .answer(query: "y"))
    }

    @Test(arguments: ["", " ", ";", " ;\n"]) func `an empty query is answered as one`(text: String) throws {
        var server = ready()
        #expect(try tags(server.frameReceived(query(text))) == "IZ")
    }

    @Test func `the extended protocol is refused once, up to its Sync`() throws {
        var server = ready()
        #expect(try error(server.frameReceived(frame("P")))?.sqlState == .featureNotSupported)
        for tag in "BDECH" { #expect(server.frameReceived(try frame(tag)) == .read) }
        #expect(try tags(server.frameReceived(frame("S"))) == "Z")
        #expect(server.frameReceived(try query("x")) == .answer(query: "x"))
    }

    @Test func `goodbye is understood wherever a client may say it`() throws {
        var servers = [ready(), MiniServer(demandsPassword: true), ready()]
        _ = servers[1].begin()
        _ = servers[2].frameReceived(try frame("P"))
        for index in servers.indices {
            #expect(servers[index].frameReceived(try frame("X")) == .close(ByteBuffer()))
        }
    }

    /// Every message in every state in which it is out of place.
    @Test func `what is out of place ends the connection`() throws {
        var begun = MiniServer(demandsPassword: true)
        #expect(try error(begun.frameReceived(query("x")))?.sqlState == .protocolViolation)
        for tag in "QPBDECHSdcfF" {
            var asked = MiniServer(demandsPassword: true)
            _ = asked.begin()
            #expect(try error(asked.frameReceived(frame(tag)))?.sqlState == .protocolViolation, "\(tag)")
        }
        for tag in "pdcfF" {
            var server = ready()
            #expect(try error(server.frameReceived(frame(tag)))?.sqlState == .protocolViolation, "\(tag)")
        }
        for tag in "QXpS" {
            var answering = ready()
            _ = answering.frameReceived(try query("x"))
            #expect(try error(answering.frameReceived(frame(tag)))?.sqlState == .protocolViolation, "\(tag)")
        }
        for body in [[], [0x78], [0x78, 0, 0x79], [0xFF, 0]] as [[UInt8]] {
            var server = ready()
            #expect(try error(server.frameReceived(frame("Q", body)))?.sqlState == .protocolViolation)
        }
        var judged = ready()
        #expect(try error(judged.passwordJudged(isRight: true))?.sqlState == .protocolViolation)
        var unasked = ready()
        #expect(try error(unasked.answered(.row("x")))?.sqlState == .protocolViolation)
        var malformed = ready()
        #expect(try error(malformed.malformedFrameReceived())?.sqlState == .protocolViolation)
        var twice = ready()
        #expect(try error(twice.begin())?.sqlState == .protocolViolation)
    }
}
