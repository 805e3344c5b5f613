import PostgresWire
import TestKit
import Testing

struct SCRAMTests {
    private let hashing = LibcryptoHashing()
    private let salt = [UInt8](repeating: 7, count: 16)

    private func server(password: String, isGenuine: Bool = true) -> SCRAMServer {
        let verifier = SCRAMVerifier.make(password: Array(password.utf8), salt: salt, hashing: hashing)
        return SCRAMServer(
            verifier: verifier, isGenuine: isGenuine, nonceBytes: [UInt8](repeating: 1, count: 18), hashing: hashing)
    }

    private func client(_ credential: SCRAMClient.Credential) -> SCRAMClient {
        SCRAMClient(credential: credential, nonceBytes: [UInt8](repeating: 2, count: 18), hashing: hashing)
    }

    /// RFC 7677 §3.
    @Test func `the client says what the RFC says`() throws {
        var client = SCRAMClient(
            credential: .password(Array("pencil".utf8)), userName: "user", nonce: "rOprNGfwEbeRWgbNEkqO",
            hashing: hashing)
        #expect(String(decoding: client.clientFirst, as: UTF8.self) == "n,,n=user,r=rOprNGfwEbeRWgbNEkqO")
        let nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
        let final = try client.serverFirstReceived(Array("r=\(nonce),s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096".utf8))
        #expect(
            String(decoding: final, as: UTF8.self)
                == "c=biws,r=\(nonce),p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
        try client.serverFinalReceived(Array("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".utf8))
    }

    @Test func `a password and the keys it yields both log in`() throws {
        var server = server(password: "pencil")
        var client = client(.password(Array("pencil".utf8)))
        let final = try client.serverFirstReceived(server.clientFirstReceived(client.clientFirst))
        let proven = try server.clientFinalReceived(final)
        try client.serverFinalReceived(proven.serverFinal)

        var compute = self.server(password: "pencil")
        var proxy = self.client(.keys(proven.keys))
        let passedOn = try proxy.serverFirstReceived(compute.clientFirstReceived(proxy.clientFirst))
        let again = try compute.clientFinalReceived(passedOn)
        try proxy.serverFinalReceived(again.serverFinal)
        #expect(again.keys == proven.keys)
    }

    @Test func `a wrong password and a made-up role fail alike`() throws {
        for var server in [server(password: "pencil"), server(password: "wrong", isGenuine: false)] {
            var client = client(.password(Array("wrong".utf8)))
            let final = try client.serverFirstReceived(server.clientFirstReceived(client.clientFirst))
            #expect(throws: SCRAMServer.Refusal.wrongProof) { try server.clientFinalReceived(final) }
        }
    }

    @Test func `a mock verifier is stable and looks like any other`() {
        let seed = [UInt8](repeating: 3, count: 32)
        let mock = SCRAMVerifier.mock(seed: seed, hashing: hashing)
        #expect(mock == SCRAMVerifier.mock(seed: seed, hashing: hashing))
        #expect(mock.salt.count == 16)
        #expect(mock.iterations == 4096)
        #expect(mock != SCRAMVerifier.mock(seed: [UInt8](repeating: 4, count: 32), hashing: hashing))
    }

    @Test func `the same proof is judged by a newer verifier of the same salt`() throws {
        var server = server(password: "old")
        var client = client(.password(Array("new".utf8)))
        let final = try client.serverFirstReceived(server.clientFirstReceived(client.clientFirst))
        #expect(throws: SCRAMServer.Refusal.wrongProof) { try server.clientFinalReceived(final) }
        let newer = SCRAMVerifier.make(password: Array("new".utf8), salt: salt, hashing: hashing)
        try client.serverFinalReceived(server.verifierReplaced(by: newer).serverFinal)
        #expect(throws: SCRAMServer.Refusal.malformed) { try server.verifierReplaced(by: newer) }
    }

    @Test(arguments: [
        ("", SCRAMServer.Refusal.malformed), ("n", .malformed), ("n,,", .malformed), ("x,,n=,r=abc", .malformed),
        ("n,,n=", .malformed), ("n,,r=abc", .malformed), ("n,,n=,r=", .malformed), ("n,,n=,r=a b", .malformed),
        ("n,x,n=,r=abc", .malformed), ("n,a=bob,n=,r=abc", .unsupported("authorization identity")),
        ("n,,m=1,n=,r=abc", .unsupported("mandatory extension")),
        ("p=tls-server-end-point,,n=,r=abc", .channelBindingNotOffered),
    ]) func `a malformed first message is refused`(message: String, refusal: SCRAMServer.Refusal) {
        var server = server(password: "pencil")
        #expect(throws: refusal) { try server.clientFirstReceived(Array(message.utf8)) }
        #expect(throws: SCRAMServer.Refusal.malformed, "one try") {
            try server.clientFirstReceived(Array("n,,n=,r=abc".utf8))
        }
    }

    @Test func `a malformed final message is refused`() throws {
        let nonce = "abc" + "AQEBAQEBAQEBAQEBAQEBAQEB"
        let proof = String(repeating: "A", count: 43) + "="
        let cases: [(String, SCRAMServer.Refusal)] = [
            ("", .malformed), ("c=biws", .malformed), ("c=biws,r=\(nonce)", .malformed),
            ("c=biws,r=\(nonce),p=", .malformed), ("c=biws,r=\(nonce),p=AAAA", .malformed),
            ("c=biws,r=\(nonce),p=\(proof),x=1", .malformed), ("c=biws,r=abcX,p=\(proof)", .malformed),
            ("c=!,r=\(nonce),p=\(proof)", .malformed), ("c=eSws,r=\(nonce),p=\(proof)", .channelBindingMismatch),
            ("c=biws,r=\(nonce),p=\(proof.dropLast())", .malformed), ("c=biws,r=\(nonce),p=\(proof)", .wrongProof),
            ("c=biws,r=\(nonce),x=ext,p=\(proof)", .wrongProof),
        ]
        for (message, refusal) in cases {
            var server = server(password: "pencil")
            _ = try server.clientFirstReceived(Array("n,,n=,r=abc".utf8))
            #expect(throws: refusal, "\(message)") { try server.clientFinalReceived(Array(message.utf8)) }
        }
    }

    @Test func `a client that could bind but is not offered it says y and is welcome`() throws {
        var server = server(password: "pencil")
        #expect(throws: Never.self) { try server.clientFirstReceived(Array("y,,n=,r=abc".utf8)) }
    }

    @Test func `the client refuses a server that does not play by the rules`() {
        let nonce = "AgICAgICAgICAgICAgICAgIC"
        let cases: [(String, SCRAMClient.Violation)] = [
            ("", .malformed), ("r=\(nonce)x", .malformed), ("r=\(nonce)x,s=AAAA", .malformed),
            ("r=\(nonce),s=AAAA,i=4096", .nonceMismatch), ("r=else,s=AAAA,i=4096", .nonceMismatch),
            ("r=\(nonce)x,s=AAAA,i=0", .iterations(0)), ("r=\(nonce)x,s=AAAA,i=1000001", .iterations(1_000_001)),
            ("r=\(nonce)x,s=AAAA,i=-1", .malformed), ("r=\(nonce)x,s=A,i=1", .malformed),
            ("r=\(nonce)x,s=,i=1", .malformed), ("m=x,r=\(nonce)x,s=AAAA,i=1", .malformed),
        ]
        for (message, violation) in cases {
            var client = client(.password([1]))
            #expect(throws: violation, "\(message)") { try client.serverFirstReceived(Array(message.utf8)) }
        }
    }

    @Test func `a server that does not know the verifier is found out`() throws {
        for (final, violation): (String, SCRAMClient.Violation) in [
            ("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", .wrongSignature), ("e=other-error", .refused),
            ("v=", .wrongSignature), ("x", .malformed), ("", .malformed),
        ] {
            var server = server(password: "pencil")
            var client = client(.password(Array("pencil".utf8)))
            _ = try client.serverFirstReceived(server.clientFirstReceived(client.clientFirst))
            #expect(throws: violation, "\(final)") { try client.serverFinalReceived(Array(final.utf8)) }
        }
    }
}

struct SCRAMVerifierTests {
    private let hashing = LibcryptoHashing()

    @Test func `a verifier is read as PostgreSQL writes it`() throws {
        let verifier = SCRAMVerifier.make(
            password: Array("pencil".utf8), salt: Array(1...16), hashing: hashing)
        let text = verifier.secretText
        #expect(text.hasPrefix("SCRAM-SHA-256$4096:AQIDBAUGBwgJCgsMDQ4PEA==$"))
        #expect(SCRAMVerifier.parse(text) == verifier)
        #expect("\(verifier)" == "<secret>")
    }

    @Test func `anything else is no verifier`() {
        let key = String(repeating: "A", count: 43) + "="
        #expect(SCRAMVerifier.parse("SCRAM-SHA-256$4096:AAAA$\(key):\(key)") != nil)
        for text in [
            "", "md5d41d8cd98f00b204e9800998ecf8427e", "SCRAM-SHA-256", "SCRAM-SHA-1$4096:AAAA$\(key):\(key)",
            "SCRAM-SHA-256$0:AAAA$\(key):\(key)", "SCRAM-SHA-256$-1:AAAA$\(key):\(key)",
            "SCRAM-SHA-256$+1:AAAA$\(key):\(key)", "SCRAM-SHA-256$99999999999999999999:AAAA$\(key):\(key)",
            "SCRAM-SHA-256$4096:$\(key):\(key)", "SCRAM-SHA-256$4096:AAA$\(key):\(key)",
            "SCRAM-SHA-256$4096:AAAA$\(key)", "SCRAM-SHA-256$4096:AAAA$\(key):AAAA",
            "SCRAM-SHA-256$4096:AAAA$\(key):\(key)$", "SCRAM-SHA-256$4096:AAAA$\(key):\(key)\n",
        ] {
            #expect(SCRAMVerifier.parse(text) == nil, "\(text)")
        }
    }
}
