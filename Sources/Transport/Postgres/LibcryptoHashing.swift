internal import PostgresWire
internal import TLSEngine

/// The hashes of SCRAM, from libcrypto.
package struct LibcryptoHashing: SCRAMHashing {
    package init() {}

    package func sha256(_ message: [UInt8]) -> [UInt8] {
        Digests.sha256(message)
    }

    package func hmacSHA256(key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        Digests.hmacSHA256(key: key, message)
    }

    package func pbkdf2SHA256(password: [UInt8], salt: [UInt8], iterations: Int) -> [UInt8] {
        Digests.pbkdf2SHA256(password: password, salt: salt, iterations: iterations)
    }

    package func equalInConstantTime(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        Digests.equalInConstantTime(left, right)
    }
}
