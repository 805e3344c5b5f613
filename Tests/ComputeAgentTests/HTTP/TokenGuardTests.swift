import Foundation
import Glibc
import Logging
import TLSEngine
import Telemetry
import TestKit
import Testing

@testable import ComputeAgent

/// Who gets in, and what everybody else is told.
@Suite struct TokenGuardTests {
    private static let compute = "compute-demo-1"
    private static let now: Int64 = 1_800_000_000
    private let folder: TemporaryFolder
    private let maker: TokenMaker

    init() throws {
        folder = try TemporaryFolder()
        maker = try TokenMaker(identifier: "one")
        try write([maker])
    }

    private func write(_ makers: [TokenMaker]) throws {
        try SecureFile.write(Array(TokenMaker.set(makers).utf8), to: folder.file("jwks.json"))
    }

    private func guardian(keyring: TokenKeyring? = nil) -> TokenGuard {
        let keyring = keyring ?? TokenKeyring(file: folder.file("jwks.json"), log: quiet)
        return TokenGuard(computeID: Self.compute, keyring: keyring, now: { Self.now })
    }

    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// - Returns: the status of a refusal, 200 without one.
    private func status(_ header: String?, _ guardian: TokenGuard) -> Int {
        do {
            try guardian.check(header)
            return 200
        } catch {
            return error.status
        }
    }

    @Test func `the rules for claims`() {
        let own = #""compute_id": "compute-demo-1""#
        let cases: [(claims: String, status: Int)] = [
            ("{\(own)}", 200),
            (#"{"compute_id": "compute-demo-2"}"#, 403),
            ("{}", 403),
            (#"{"scope": "compute_ctl:admin", "aud": ["other", "compute"]}"#, 200),
            (#"{"scope": "compute_ctl:admin", "aud": "compute"}"#, 200),
            (#"{"scope": "compute_ctl:admin", "aud": ["other"]}"#, 401),
            ("{\"scope\": \"compute_ctl:admin\", \(own)}", 401),
            (#"{"scope": "something", "aud": ["compute"]}"#, 403),
            ("{\"scope\": \"something\", \(own)}", 200),
            ("{\(own), \"exp\": \(Self.now + 5)}", 200),
            // Two clocks may be a minute apart.
            ("{\(own), \"exp\": \(Self.now - 59)}", 200),
            ("{\(own), \"exp\": \(Self.now - 60)}", 401),
            ("{\(own), \"exp\": \(Double(Self.now) - 61.5)}", 401),
            ("{\(own), \"exp\": 1e300}", 200),
            ("{\(own), \"exp\": -9223372036854775808}", 401),
            ("{\(own), \"exp\": 18446744073709551615}", 200),
            ("{\(own), \"nbf\": \(Self.now + 60)}", 200),
            ("{\(own), \"nbf\": \(Self.now + 61)}", 401),
            ("{\(own), \"nbf\": 9223372036854775807}", 401),
            ("{\(own), \"exp\": \"tomorrow\"}", 400),
            (#"{"compute_id": ["compute-demo-1"]}"#, 400),
            ("[]", 400), ("\(Self.now)", 400), ("", 400),
        ]
        for (claims, expected) in cases {
            #expect(status("Bearer " + maker.token(claims), guardian()) == expected, "\(claims)")
        }
    }

    @Test func `only our algorithm, however the header asks`() throws {
        let claims = #"{"compute_id": "compute-demo-1"}"#
        for header in [
            #"{"alg": "none"}"#, #"{"alg": "HS256"}"#, #"{"alg": "RS256"}"#, #"{"alg": "ES256"}"#, #"{"alg": "eddsa"}"#,
            #"{"typ": "JWT"}"#, #"{"alg": ["EdDSA"]}"#, #"{"alg": "EdDSA", "crit": ["b64"], "b64": false}"#,
        ] {
            #expect(status("Bearer " + maker.token(claims, header: header), guardian()) == 401, "\(header)")
        }
        // An HMAC keyed with the public key, which everybody knows.
        let head = TokenMaker.encode(Array(#"{"alg": "HS256"}"#.utf8)) + "." + TokenMaker.encode(Array(claims.utf8))
        let forged = head + "." + TokenMaker.encode(Digests.hmacSHA256(key: maker.publicBytes, Array(head.utf8)))
        #expect(status("Bearer " + forged, guardian()) == 401)
        // No signature at all.
        #expect(status("Bearer \(head).", guardian()) == 401)
        let good = maker.token(claims).split(separator: ".")
        #expect(status("Bearer \(good[0]).\(good[1]).", guardian()) == 401)
    }

    @Test func `what is no token is told so`() {
        let good = maker.token(#"{"compute_id": "compute-demo-1"}"#)
        for header in [
            nil, "", "Bearer", "Bearer ", "Basic abc", good, "Bearer a.b", "Bearer a.b.c.d", "Bearer \(good)=",
            "Bearer ..", "Bearer !.!.!", "Bearer " + String(repeating: "a", count: AgentToken.byteLimit + 1),
        ] {
            #expect(status(header, guardian()) == 400, "\(header ?? "none")")
        }
        #expect(status("bearer   \(good)", guardian()) == 200)
    }

    @Test func `a key that is exchanged counts from then on, and the old one no more`() throws {
        let next = try TokenMaker(identifier: "two")
        let guardian = guardian()
        let claims = #"{"compute_id": "compute-demo-1"}"#
        #expect(status("Bearer " + maker.token(claims), guardian) == 200)
        #expect(status("Bearer " + next.token(claims), guardian) == 401)
        try write([maker, next])
        #expect(status("Bearer " + maker.token(claims), guardian) == 200)
        #expect(status("Bearer " + next.token(claims), guardian) == 200)
        try write([next])
        #expect(status("Bearer " + maker.token(claims), guardian) == 401)
        #expect(status("Bearer " + next.token(claims), guardian) == 200)
        // A file that is broken, or gone, locks nobody out and lets nobody in.
        try SecureFile.write(Array("{".utf8), to: folder.file("jwks.json"))
        #expect(status("Bearer " + next.token(claims), guardian) == 200)
        #expect(status("Bearer " + maker.token(claims), guardian) == 401)
        unlink(folder.file("jwks.json"))
        #expect(status("Bearer " + next.token(claims), guardian) == 200)
    }

    @Test func `keys come beside the spec where there is no file`() throws {
        let claims = #"{"compute_id": "compute-demo-1"}"#
        let keyring = TokenKeyring(file: nil, log: quiet)
        let guardian = guardian(keyring: keyring)
        #expect(status("Bearer " + maker.token(claims), guardian) == 401, "no key, no way in")
        keyring.take(try control([maker]))
        #expect(status("Bearer " + maker.token(claims), guardian) == 200)
        keyring.take(ComputeControl())
        #expect(status("Bearer " + maker.token(claims), guardian) == 200)
        let next = try TokenMaker()
        keyring.take(try control([next]))
        #expect(status("Bearer " + maker.token(claims), guardian) == 401)
        #expect(status("Bearer " + next.token(claims), guardian) == 200)
        // A file is the only source where there is one.
        let filed = TokenKeyring(file: folder.file("jwks.json"), log: quiet)
        filed.take(try control([next]))
        #expect(status("Bearer " + next.token(claims), self.guardian(keyring: filed)) == 401)
    }

    @Test func `a token that names its key is not tried with others, and one without is tried with all`() throws {
        let claims = #"{"compute_id": "compute-demo-1"}"#
        let second = try TokenMaker(identifier: "two")
        try write([maker, second])
        #expect(status("Bearer " + second.token(claims, header: #"{"alg": "EdDSA"}"#), guardian()) == 200)
        #expect(status("Bearer " + second.token(claims, header: #"{"alg": "EdDSA", "kid": "one"}"#), guardian()) == 401)
        #expect(status("Bearer " + second.token(claims, header: #"{"alg": "EdDSA", "kid": "new"}"#), guardian()) == 200)
    }

    @Test func `keys of other kinds are not used`() throws {
        let x = TokenMaker.encode(maker.publicBytes)
        for jwk in [
            #"{"kty": "RSA", "n": "AQAB", "e": "AQAB"}"#, #"{"kty": "OKP", "crv": "X25519", "x": "\#(x)"}"#,
            #"{"kty": "OKP", "crv": "Ed25519", "x": "\#(x)", "use": "enc"}"#,
            #"{"kty": "OKP", "crv": "Ed25519", "x": "\#(x)", "alg": "RS256"}"#,
            #"{"kty": "OKP", "crv": "Ed25519", "x": "AQAB"}"#, #"{"kty": "OKP", "crv": "Ed25519"}"#,
        ] {
            #expect(TokenKey(try JSONWebKey(try JSONValue(parsing: Array(jwk.utf8)), at: "")) == nil, "\(jwk)")
        }
        #expect(try maker.tokenKey.key.bytes == maker.publicBytes)
    }

    private func control(_ makers: [TokenMaker]) throws -> ComputeControl {
        let text = #"{"spec": null, "compute_ctl_config": {"jwks": \#(TokenMaker.set(makers))}}"#
        return try SpecEnvelope(json: Array(text.utf8)).control
    }
}
