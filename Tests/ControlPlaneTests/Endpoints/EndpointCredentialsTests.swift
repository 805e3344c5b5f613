import PostgresWire
import Telemetry
import Testing
import Transport

@testable import ControlPlane

struct EndpointCredentialsTests {
    @Test func `passwords are long, differ, and need no quotes`() {
        let passwords = (0..<50).map { _ in EndpointCredentials.randomPassword().reveal() }
        #expect(Set(passwords).count == 50)
        for password in passwords {
            #expect(password.count == 24 && password.first?.isLetter == true)
            #expect(password.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" })
        }
    }

    @Test func `a verifier is Postgres's own form, over the password, with a salt of its own`() throws {
        let password = Secret("correct horse")
        let texts = (0..<2).map { _ in EndpointCredentials.verifier(of: password).reveal() }
        #expect(texts[0] != texts[1])
        let verifier = try #require(SCRAMVerifier.parse(texts[0]))
        #expect(verifier.iterations == 4096 && verifier.salt.count == 16)
        let again = SCRAMVerifier.make(
            password: Array("correct horse".utf8), salt: verifier.salt, hashing: LibcryptoHashing())
        #expect(again == verifier)
    }
}
