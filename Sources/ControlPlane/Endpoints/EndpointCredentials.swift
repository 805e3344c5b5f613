internal import PostgresWire
internal import TLSEngine
package import Telemetry
internal import Transport

/// How passwords and verifiers of new roles are made.
package enum EndpointCredentials {
    /// 24 characters out of 64: 144 bits.
    private static let passwordLength = 24
    private static let saltLength = 16
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// Letters, digits, `-` and `_`, so that it stands unquoted in a shell, a conninfo string and a URL. It begins with
    /// a letter, lest a program take it for an option.
    package static func randomPassword() -> Secret<String> {
        let dice = Digests.randomBytes(passwordLength)
        let letters = 52
        let characters = dice.enumerated().map { place, byte in
            alphabet[Int(byte) % (place == 0 ? letters : alphabet.count)]
        }
        return Secret(String(decoding: characters, as: UTF8.self))
    }

    /// 4,096 iterations over a fresh salt of 16 bytes, as Postgres itself would make it.
    package static func verifier(of password: Secret<String>) -> Secret<String> {
        let verifier = SCRAMVerifier.make(
            password: Array(password.reveal().utf8), salt: Digests.randomBytes(saltLength), hashing: LibcryptoHashing())
        return Secret(verifier.secretText)
    }
}
