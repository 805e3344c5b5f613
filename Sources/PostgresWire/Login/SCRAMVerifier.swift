/// What a server keeps instead of a password: `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`, the last
/// three in Base64. PostgreSQL's `pg_authid.rolpassword`.
package struct SCRAMVerifier: Equatable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// PostgreSQL's own.
    package static let defaultIterations = 4_096
    /// More would let one login occupy a client for seconds.
    package static let iterationLimits = 1...10_000_000
    /// PostgreSQL writes 16 bytes.
    package static let saltLengths = 1...256
    private static let keyLength = 32
    private static let mechanism = "SCRAM-SHA-256"

    package let iterations: Int
    package let salt: [UInt8]
    package let storedKey: [UInt8]
    package let serverKey: [UInt8]

    /// - Returns: `nil` for anything that is not a whole verifier. Surrounding whitespace is not forgiven.
    package static func parse(_ text: String) -> SCRAMVerifier? {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == mechanism else { return nil }
        let cost = parts[1].split(separator: ":", omittingEmptySubsequences: false)
        let keys = parts[2].split(separator: ":", omittingEmptySubsequences: false)
        guard cost.count == 2, keys.count == 2 else { return nil }
        guard cost[0].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let iterations = Int(cost[0]) else { return nil }
        guard iterationLimits.contains(iterations) else { return nil }
        guard let salt = Base64.decode(cost[1].utf8), saltLengths.contains(salt.count) else { return nil }
        guard let storedKey = Base64.decode(keys[0].utf8), storedKey.count == keyLength else { return nil }
        guard let serverKey = Base64.decode(keys[1].utf8), serverKey.count == keyLength else { return nil }
        return SCRAMVerifier(iterations: iterations, salt: salt, storedKey: storedKey, serverKey: serverKey)
    }

    /// From a password as the client would prepare it. `salt` is 16 random bytes, from the caller.
    package static func make(
        password: [UInt8], salt: [UInt8], iterations: Int = defaultIterations, hashing: some SCRAMHashing
    ) -> SCRAMVerifier {
        let keys = SCRAMKeys(password: password, salt: salt, iterations: iterations, hashing: hashing)
        return SCRAMVerifier(
            iterations: iterations, salt: salt, storedKey: hashing.sha256(keys.clientKey), serverKey: keys.serverKey)
    }

    /// For a role that does not exist: looks like a verifier, always the same for the same seed, matches no password.
    ///
    /// - Parameter seed: at least 32 bytes that only this fleet can compute, such as an HMAC over endpoint and role.
    package static func mock(seed: [UInt8], hashing: some SCRAMHashing) -> SCRAMVerifier {
        SCRAMVerifier(
            iterations: defaultIterations,
            salt: Array(hashing.hmacSHA256(key: seed, Array("salt".utf8)).prefix(16)),
            storedKey: hashing.hmacSHA256(key: seed, Array("stored key".utf8)),
            serverKey: hashing.hmacSHA256(key: seed, Array("server key".utf8)))
    }

    /// The form that `parse` reads. A secret: it lets an attacker try passwords offline.
    package var secretText: String {
        let encode = { (bytes: [UInt8]) in String(decoding: Base64.encode(bytes), as: UTF8.self) }
        return "\(Self.mechanism)$\(iterations):\(encode(salt))$\(encode(storedKey)):\(encode(serverKey))"
    }

    package var description: String { "<secret>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
