/// The hash functions that SCRAM-SHA-256 is made of. Handed in, because they belong to libcrypto.
package protocol SCRAMHashing: Sendable {
    /// 32 bytes.
    func sha256(_ message: [UInt8]) -> [UInt8]
    /// 32 bytes.
    func hmacSHA256(key: [UInt8], _ message: [UInt8]) -> [UInt8]
    /// PBKDF2 with HMAC-SHA-256, 32 bytes: `Hi` of RFC 5802 §2.2.
    func pbkdf2SHA256(password: [UInt8], salt: [UInt8], iterations: Int) -> [UInt8]
    /// Takes as long for equal as for different bytes. Different lengths are different.
    func equalInConstantTime(_ left: [UInt8], _ right: [UInt8]) -> Bool
}
