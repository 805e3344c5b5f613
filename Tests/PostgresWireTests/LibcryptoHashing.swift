import PostgresWire
import TLSEngine

/// The hashes that production uses.
struct LibcryptoHashing: SCRAMHashing {
    func sha256(_ message: [UInt8]) -> [UInt8] { Digests.sha256(message) }
    func hmacSHA256(key: [UInt8], _ message: [UInt8]) -> [UInt8] { Digests.hmacSHA256(key: key, message) }
    func equalInConstantTime(_ left: [UInt8], _ right: [UInt8]) -> Bool { Digests.equalInConstantTime(left, right) }
    func pbkdf2SHA256(password: [UInt8], salt: [UInt8], iterations: Int) -> [UInt8] {
        Digests.pbkdf2SHA256(password: password, salt: salt, iterations: iterations)
    }
}
