import PostgresWire
import Testing

struct StoredSecretTests {
    @Test func `a verifier is one`() {
        let verifier = SCRAMVerifier.make(
            password: Array("pencil".utf8), salt: Array(1...16), hashing: LibcryptoHashing())
        #expect(StoredSecret(verifier.secretText) == .scram(verifier))
    }

    @Test(
        arguments: [
            ("md5d41d8cd98f00b204e9800998ecf8427e", StoredSecret.outdated(.md5)),
            ("md5d41d8cd98f00b204e9800998ecf8427", .outdated(.clearText)),
            ("md5D41D8CD98F00B204E9800998ECF8427E", .outdated(.clearText)), ("md5", .outdated(.clearText)),
            ("pencil", .outdated(.clearText)), ("", nil), ("SCRAM-SHA-256$4096:AAAA$broken", nil),
        ] as [(String, StoredSecret?)])
    func `other forms are told apart as PostgreSQL does`(text: String, secret: StoredSecret?) {
        #expect(StoredSecret(text) == secret)
    }
}
