import NIOCore
import PostgresWire
import Testing

/// Facts: RFC 5802 §6, RFC 5929 §4.1.
struct ChannelBindingTests {
    private let hashing = LibcryptoHashing()
    private let digest = [UInt8](repeating: 9, count: 32)
    private let verifier: SCRAMVerifier

    init() {
        verifier = .make(password: Array("pencil".utf8), salt: Array(1...16), hashing: hashing)
    }

    private func server(_ endPoint: [UInt8]?) -> SCRAMServer {
        SCRAMServer(
            verifier: verifier, isGenuine: true, endPoint: endPoint, nonceBytes: [UInt8](repeating: 1, count: 18),
            hashing: hashing)
    }

    private func client() -> SCRAMClient {
        SCRAMClient(
            credential: .password(Array("pencil".utf8)), nonceBytes: [UInt8](repeating: 2, count: 18), hashing: hashing)
    }

    @Test func `binding is offered first, and only where there is something to bind to`() throws {
        #expect(server(digest).mechanisms == [.plus, .plain])
        #expect(server(nil).mechanisms == [.plain])
        var buffer = ByteBuffer()
        ClientLogin(role: "alice", exchange: server(digest)).begin(into: &buffer)
        let opening = try #require(try frames(in: buffer).first)
        #expect(
            AuthenticationRequest(decoding: opening.body) == .sasl(mechanisms: ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"]))
    }

    /// Every mechanism with every flag, with and without an offer.
    @Test(
        arguments: [
            (SCRAMMechanism.plain, "n", false, nil), (.plain, "y", false, nil), (.plain, "n", true, nil),
            (.plain, "y", true, .downgraded), (.plain, "p=tls-server-end-point", true, .channelBindingNotOffered),
            (.plain, "p=tls-server-end-point", false, .channelBindingNotOffered), (.plain, "x", true, .malformed),
            (.plus, "p=tls-server-end-point", true, nil), (.plus, "n", true, .channelBindingMissing),
            (.plus, "y", true, .channelBindingMissing), (.plus, "p=tls-unique", true, .channelBindingNotOffered),
            (.plus, "p=tls-server-end-point", false, .channelBindingNotOffered), (.plus, "p", true, .malformed),
            (.plus, "", true, .malformed),
        ] as [(SCRAMMechanism, String, Bool, SCRAMServer.Refusal?)])
    func `a header must agree with its mechanism`(
        mechanism: SCRAMMechanism, flag: String, isOffered: Bool, refusal: SCRAMServer.Refusal?
    ) throws {
        var server = server(isOffered ? digest : nil)
        let first = Array("\(flag),,n=,r=abc".utf8)
        if let refusal {
            #expect(throws: refusal) { try server.clientFirstReceived(first, under: mechanism) }
        } else {
            _ = try server.clientFirstReceived(first, under: mechanism)
        }
    }

    @Test func `both ends see the same certificate, or the client is refused`() throws {
        for (seen, isSame) in [(digest, true), ([UInt8](repeating: 8, count: 32), false)] {
            var (server, client) = (server(digest), client())
            let chosen = client.choose(among: server.mechanisms.map(\.rawValue), endPoint: seen)
            #expect(chosen == .plus)
            #expect(client.clientFirst.starts(with: Array("p=tls-server-end-point,,n=,r=".utf8)))
            let challenge = try server.clientFirstReceived(client.clientFirst, under: .plus)
            let final = try client.serverFirstReceived(challenge)
            if isSame {
                try client.serverFinalReceived(server.clientFinalReceived(final).serverFinal)
            } else {
                #expect(throws: SCRAMServer.Refusal.channelBindingMismatch) { try server.clientFinalReceived(final) }
            }
        }
    }

    @Test func `keys that were proved with binding log in with binding of their own`() throws {
        var (server, client) = (server(digest), client())
        _ = client.choose(among: ["SCRAM-SHA-256-PLUS"], endPoint: digest)
        let final = try client.serverFirstReceived(server.clientFirstReceived(client.clientFirst, under: .plus))
        let keys = try server.clientFinalReceived(final).keys
        let other = [UInt8](repeating: 7, count: 64)
        var compute = self.server(other)
        var proxy = SCRAMClient(credential: .keys(keys), nonceBytes: [UInt8](repeating: 3, count: 18), hashing: hashing)
        _ = proxy.choose(among: ["SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"], endPoint: other)
        let passedOn = try proxy.serverFirstReceived(compute.clientFirstReceived(proxy.clientFirst, under: .plus))
        try proxy.serverFinalReceived(compute.clientFinalReceived(passedOn).serverFinal)
    }

    @Test(
        arguments: [
            (["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"], true, SCRAMMechanism.plus, "p=tls-server-end-point,,"),
            (["SCRAM-SHA-256"], true, .plain, "y,,"), (["SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"], false, .plain, "n,,"),
            (["SCRAM-SHA-256-PLUS"], false, nil, "n,,"), (["SCRAM-SHA-1"], true, nil, "n,,"), ([], true, nil, "n,,"),
        ] as [([String], Bool, SCRAMMechanism?, String)])
    func `a client prefers to bind`(
        offered: [String], isSecured: Bool, chosen: SCRAMMechanism?, header: String
    ) {
        var client = client()
        let choice = client.choose(among: offered, endPoint: isSecured ? digest : nil)
        #expect(choice == chosen)
        #expect(client.clientFirst.starts(with: Array(header.utf8)))
    }

    @Test func `an upstream over TLS is bound to`() throws {
        var login = UpstreamLogin(
            demandsTLS: true, parameters: StartupParameters([("user", "alice")]), exchange: client())
        _ = login.connected()
        _ = login.tlsReplyReceived(UInt8(ascii: "S"), trailingBytes: 0)
        _ = login.tlsEstablished(endPoint: digest)
        var buffer = ByteBuffer()
        AuthenticationRequest.sasl(mechanisms: ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"]).encode(into: &buffer)
        guard case .send(let bytes) = login.frameReceived(try #require(try frames(in: buffer).first)) else {
            Issue.record("nothing sent")
            return
        }
        let first = SASLResponse.Initial(decoding: try #require(try frames(in: bytes).first).body)
        #expect(first?.mechanism == "SCRAM-SHA-256-PLUS")
    }

    @Test func `the client is told as much as it needs`() throws {
        let cases: [(SCRAMMechanism, String, String, String)] = [
            (.plus, "n,,n=,r=abc", "08P01", "authentication protocol violation"),
            (.plain, "y,,n=,r=abc", "08P01", "authentication protocol violation"),
        ]
        for (mechanism, first, sqlState, message) in cases {
            var login = ClientLogin(role: "alice", exchange: server(digest))
            var buffer = ByteBuffer()
            SASLResponse.Initial(mechanism: mechanism.rawValue, data: Array(first.utf8)).encode(into: &buffer)
            let frame = try #require(try frames(in: buffer).first)
            #expect(login.frameReceived(frame) == .refuse(ErrorResponse(SQLState(sqlState), message)))
        }
        var login = ClientLogin(role: "alice", exchange: server(digest))
        var client = client()
        _ = client.choose(among: ["SCRAM-SHA-256-PLUS"], endPoint: [1, 2, 3])
        var buffer = ByteBuffer()
        SASLResponse.Initial(mechanism: "SCRAM-SHA-256-PLUS", data: client.clientFirst).encode(into: &buffer)
        guard case .send(let challenge) = login.frameReceived(try #require(try frames(in: buffer).first)),
            case .saslContinue(let text)? = AuthenticationRequest(
                decoding: try #require(try frames(in: challenge).first).body)
        else {
            Issue.record("no challenge")
            return
        }
        var final = ByteBuffer()
        SASLResponse.encode(try client.serverFirstReceived(text), into: &final)
        #expect(
            login.frameReceived(try #require(try frames(in: final).first))
                == .refuse(
                    ErrorResponse(.invalidAuthorization, "insecure connection: secure channel data mismatch")))
    }
}
