import NIOCore
import PostgresWire
import Testing

struct LoginTests {
    private let hashing = LibcryptoHashing()
    private let verifier: SCRAMVerifier
    private let parameters = StartupParameters([("user", "alice")])

    init() {
        verifier = .make(password: Array("pencil".utf8), salt: Array(1...16), hashing: hashing)
    }

    private func clientLogin(isGenuine: Bool = true, endPoint: [UInt8]? = nil) -> ClientLogin {
        let nonce = [UInt8](repeating: 1, count: 18)
        let exchange = SCRAMServer(
            verifier: verifier, isGenuine: isGenuine, endPoint: endPoint, nonceBytes: nonce, hashing: hashing)
        return ClientLogin(role: "alice", exchange: exchange)
    }

    private func upstreamLogin(_ credential: SCRAMClient.Credential, demandsTLS: Bool = false) -> UpstreamLogin {
        let exchange = SCRAMClient(
            credential: credential, nonceBytes: [UInt8](repeating: 2, count: 18), hashing: hashing)
        return UpstreamLogin(demandsTLS: demandsTLS, parameters: parameters, exchange: exchange)
    }

    private func frame(_ tag: Character, _ body: [UInt8]) throws -> Frame {
        try #require(try frames(in: .frame(tag, body)).first)
    }

    /// The frame of an action that sends exactly one.
    private func sent(_ action: UpstreamLogin.Action) throws -> Frame {
        guard case .send(let buffer) = action else { throw UpstreamLogin.Violation.malformed }
        return try #require(try frames(in: buffer).first)
    }

    private func sent(_ action: ClientLogin.Action) throws -> Frame {
        guard case .send(let buffer) = action else { throw UpstreamLogin.Violation.malformed }
        return try #require(try frames(in: buffer).first)
    }

    private func opening() throws -> Frame {
        var buffer = ByteBuffer()
        clientLogin().begin(into: &buffer)
        return try #require(try frames(in: buffer).first)
    }

    @Test func `both halves talk to each other`() throws {
        var server = clientLogin()
        var client = upstreamLogin(.password(Array("pencil".utf8)))
        #expect(client.connected() == .send(StartupMessage(version: .v3_0, parameters: parameters).encoded()))
        let first = try sent(client.frameReceived(opening()))
        let challenge = try sent(server.frameReceived(first))
        let proof = try sent(client.frameReceived(challenge))
        guard case .verified(_, let confirmation) = server.frameReceived(proof) else {
            Issue.record("not verified")
            return
        }
        for frame in try frames(in: confirmation) { #expect(client.frameReceived(frame) == .read) }

        let status = try frame("S", Array("a\0b\0".utf8))
        let notice = try frame("N", Array("SNOTICE\0\0".utf8))
        #expect(client.frameReceived(status) == .read)
        #expect(client.frameReceived(notice) == .read)
        #expect(client.frameReceived(try frame("K", [0, 0, 0, 9, 1, 2, 3, 4])) == .read)
        var preamble = status.bytes
        preamble.writeImmutableBuffer(notice.bytes)
        guard case .ready(let ready) = client.frameReceived(try frame("Z", [0x49])) else {
            Issue.record("not ready")
            return
        }
        #expect(ready.preamble == preamble)
        #expect(ready.cancelKey == CancelKey(processID: 9, secret: [1, 2, 3, 4]))
        #expect(ready.transactionState == .idle)
    }

    @Test func `TLS is asked for before anything is said`() {
        var login = upstreamLogin(.password([1]), demandsTLS: true)
        #expect(login.connected() == .askForTLS(.sslRequest))
        var refused = login
        var stuffed = login
        #expect(login.tlsReplyReceived(UInt8(ascii: "S"), trailingBytes: 0) == .startTLS)
        #expect(login.tlsEstablished() == .send(StartupMessage(version: .v3_0, parameters: parameters).encoded()))
        #expect(refused.tlsReplyReceived(UInt8(ascii: "N"), trailingBytes: 0) == .fail(.tlsRefused))
        #expect(stuffed.tlsReplyReceived(UInt8(ascii: "S"), trailingBytes: 3) == .fail(.bytesBeforeTLS(3)))
    }

    @Test func `a server's no is kept as it came`() throws {
        var login = upstreamLogin(.password([1]))
        _ = login.connected()
        let no = try frame("E", Array("SFATAL\0VFATAL\0C3D000\0Mno such database\0Fpostinit.c\0L1\0\0".utf8))
        guard case .rejected(let response, let bytes) = login.frameReceived(no) else {
            Issue.record("not rejected")
            return
        }
        #expect(response.sqlState.text == "3D000")
        #expect(bytes == no.bytes)
    }

    @Test func `a server that does not ask for a proof is not ours`() throws {
        var login = upstreamLogin(.password([1]))
        _ = login.connected()
        #expect(login.frameReceived(try frame("R", [0, 0, 0, 0])) == .fail(.authenticationUnsupported("trust")))
        for (kind, name) in [(3, "password in clear"), (5, "kind 5")] as [(UInt8, String)] {
            var login = upstreamLogin(.password([1]))
            _ = login.connected()
            #expect(login.frameReceived(try frame("R", [0, 0, 0, kind])) == .fail(.authenticationUnsupported(name)))
        }
    }

    @Test func `a server that skips its own proof is found out`() throws {
        var server = clientLogin()
        var client = upstreamLogin(.password(Array("pencil".utf8)))
        _ = client.connected()
        let challenge = try sent(server.frameReceived(sent(client.frameReceived(opening()))))
        _ = client.frameReceived(challenge)
        #expect(
            client.frameReceived(try frame("R", [0, 0, 0, 0])) == .fail(.unexpectedMessage(tag: UInt8(ascii: "R"))))
    }

    @Test func `every message at every wrong time ends the login`() throws {
        for tag in "RKZSTDCdHX" {
            var login = upstreamLogin(.password([1]))
            guard case .fail = login.frameReceived(try frame(tag, [])) else {
                Issue.record("\(tag) was taken before anything was sent")
                continue
            }
        }
        var login = upstreamLogin(.password([1]))
        _ = login.connected()
        #expect(login.frameReceived(try frame("Z", [0x49])) == .fail(.unexpectedMessage(tag: UInt8(ascii: "Z"))))
        #expect(login.connected() == .fail(.malformed))
    }

    @Test func `settings without end are too many`() throws {
        var login = upstreamLogin(.password([1]))
        _ = login.connected()
        let notice = try frame("N", [UInt8](repeating: 1, count: 60_000))
        for _ in 0..<4 { #expect(login.frameReceived(notice) == .read) }
        #expect(login.frameReceived(notice) == .fail(.preambleTooLarge))
    }

    @Test func `a wrong password is doubted, then refused`() throws {
        var server = clientLogin()
        var client = upstreamLogin(.password(Array("wrong".utf8)))
        _ = client.connected()
        let proof = try sent(client.frameReceived(sent(server.frameReceived(sent(client.frameReceived(opening()))))))
        let response = ErrorResponse(.invalidPassword, "password authentication failed for user \"alice\"")
        #expect(server.frameReceived(proof) == .doubt(response))
        #expect(server.verifierReplaced(by: verifier) == .refuse(response))
    }

    @Test func `a client that speaks something else is refused in words`() throws {
        let violation = ErrorResponse(.protocolViolation, "authentication protocol violation")
        for (tag, body) in [("Q", [0]), ("p", []), ("p", Array("SCRAM-SHA-256\0".utf8))] as [(Character, [UInt8])] {
            var server = clientLogin()
            #expect(server.frameReceived(try frame(tag, body)) == .refuse(violation))
            #expect(server.frameReceived(try frame(tag, body)) == .refuse(violation), "after the end")
        }
        var server = clientLogin()
        var buffer = ByteBuffer()
        SASLResponse.Initial(mechanism: "SCRAM-SHA-256-PLUS", data: [1]).encode(into: &buffer)
        let plus = try #require(try frames(in: buffer).first)
        #expect(
            server.frameReceived(plus)
                == .refuse(
                    ErrorResponse(.featureNotSupported, "Unsupported authentication method: SCRAM-SHA-256-PLUS")))
    }
}
