import NIOCore
import PostgresWire
import Testing

@Suite struct TokenLoginTests {
    private enum Step: Hashable, CaseIterable { case begun, connected, asked, letIn, ended }

    private static let parameters = StartupParameters([
        ("user", "no_user"), ("options", "-c timeline_id=a tenant_id=b"),
    ])

    private static func frame(_ buffer: ByteBuffer) throws -> Frame { try #require(try frames(in: buffer).first) }
    private static func request(_ request: AuthenticationRequest) throws -> Frame {
        var buffer = ByteBuffer()
        request.encode(into: &buffer)
        return try frame(buffer)
    }
    private static func ready() throws -> Frame { try frame(.frame("Z", [UInt8(ascii: "I")])) }

    private static func login(at step: Step, token: String? = "t0k3n") throws -> TokenLogin {
        var login = TokenLogin(parameters: parameters, token: token.map { Array($0.utf8) })
        if step == .begun { return login }
        _ = login.connected()
        if step == .connected { return login }
        if step == .asked {
            _ = login.frameReceived(try request(.cleartextPassword))
            return login
        }
        _ = login.frameReceived(try request(.ok))
        if step == .ended { _ = login.frameReceived(try ready()) }
        return login
    }

    @Test func `a node that asks gets the token, and nobody else does`() throws {
        var login = try Self.login(at: .begun)
        guard case .send(let startup) = login.connected() else { throw UpstreamLogin.Violation.malformed }
        #expect(startup == StartupMessage(version: .v3_0, parameters: Self.parameters).encoded())
        #expect(login.frameReceived(try Self.request(.cleartextPassword)) == .send(.frame("p", Array("t0k3n\0".utf8))))
        #expect(login.frameReceived(try Self.request(.ok)) == .read)
        #expect(login.frameReceived(try Self.frame(.frame("S", Array("a\0b\0".utf8)))) == .read)
        #expect(login.frameReceived(try Self.frame(.frame("K", [0, 0, 0, 1, 0, 0, 0, 2]))) == .read)
        #expect(login.frameReceived(try Self.ready()) == .ready)

        var trusting = try Self.login(at: .connected)
        #expect(trusting.frameReceived(try Self.request(.ok)) == .read)
        #expect(trusting.frameReceived(try Self.ready()) == .ready)
    }

    @Test func `without a token a node that wants one is left`() throws {
        var login = try Self.login(at: .connected, token: nil)
        #expect(
            login.frameReceived(try Self.request(.cleartextPassword))
                == .fail(.authenticationUnsupported("a token, and we have none")))
    }

    @Test func `every message in every step`() throws {
        let refusal = ErrorResponse(.invalidPassword, "no")
        let messages: [(name: String, frame: Frame, taken: [Step: TokenLogin.Action])] = [
            ("ok", try Self.request(.ok), [.connected: .read, .asked: .read]),
            (
                "password", try Self.request(.cleartextPassword),
                [.connected: .send(.frame("p", Array("t0k3n\0".utf8)))]
            ),
            (
                "md5", try Self.request(.other(5)),
                [
                    .connected: .fail(.authenticationUnsupported("kind 5")),
                    .asked: .fail(.authenticationUnsupported("kind 5")),
                ]
            ),
            (
                "sasl", try Self.request(.sasl(mechanisms: ["SCRAM-SHA-256"])),
                [
                    .connected: .fail(.authenticationUnsupported("SCRAM-SHA-256")),
                    .asked: .fail(.authenticationUnsupported("SCRAM-SHA-256")),
                ]
            ),
            (
                "refusal", try Self.frame(refusal.encoded()),
                [.connected: .rejected(refusal), .asked: .rejected(refusal), .letIn: .rejected(refusal)]
            ),
            (
                "notice", try Self.frame(.frame("N", [0])),
                [.connected: .read, .asked: .read, .letIn: .read]
            ),
            ("parameter", try Self.frame(.frame("S", Array("a\0b\0".utf8))), [.letIn: .read]),
            ("ready", try Self.ready(), [.letIn: .ready]),
            ("copy", try Self.frame(.frame("H", [0, 0, 0])), [:]),
        ]
        for step in Step.allCases {
            for message in messages {
                var login = try Self.login(at: step)
                let action = login.frameReceived(message.frame)
                let expected = message.taken[step] ?? .fail(.unexpectedMessage(tag: message.frame.tag))
                #expect(action == expected, "\(message.name) when \(step)")
            }
        }
    }

    @Test func `what a server says before it is ready is bounded`() throws {
        var login = try Self.login(at: .letIn)
        let frame = try Self.frame(.frame("N", [UInt8](repeating: 0, count: 60_000)))
        for _ in 0..<4 { #expect(login.frameReceived(frame) == .read) }
        #expect(login.frameReceived(frame) == .fail(.preambleTooLarge))
    }
}
