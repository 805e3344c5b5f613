internal import COpenSSL

/// libcrypto's digests as plain functions. Each asserts on a failure that only exhausted memory can cause.
package enum Digests {
    package static let sha256Length = 32

    package static func sha256(_ message: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: sha256Length)
        _ = unsafe SHA256(message, message.count, &digest)
        return digest
    }

    package static func hmacSHA256(key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: sha256Length)
        var length: CUnsignedInt = 0
        // A key of no bytes is lawful, but OpenSSL takes a null pointer for "the key of the last call".
        let key = key.isEmpty ? [0] : key
        _ = unsafe HMAC(EVP_sha256(), key, CInt(key.count), message, message.count, &digest, &length)
        return digest
    }

    /// PBKDF2 with HMAC-SHA-256 and a 32-byte result: SCRAM's `Hi` (RFC 5802 §2.2).
    /// - Parameter iterations: at least 1.
    package static func pbkdf2SHA256(password: [UInt8], salt: [UInt8], iterations: Int) -> [UInt8] {
        var key = [UInt8](repeating: 0, count: sha256Length)
        unsafe password.withUnsafeBytes { raw in
            let text = unsafe raw.assumingMemoryBound(to: CChar.self).baseAddress
            _ = unsafe PKCS5_PBKDF2_HMAC(
                text, CInt(password.count), salt, CInt(salt.count), CInt(clamping: max(1, iterations)), EVP_sha256(),
                CInt(sha256Length), &key)
        }
        return key
    }

    /// Bytes fit for keys, nonces and passwords. The one place where secret dice are thrown; cores get the values.
    package static func randomBytes(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let done = unsafe RAND_bytes(&bytes, CInt(count))
        // Going on with predictable secrets would be worse than ending the process.
        precondition(done == 1, "the operating system gave no random bytes")
        return bytes
    }

    /// Compares without telling, by its duration, where the first difference is. Unequal lengths are unequal at once.
    package static func equalInConstantTime(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return unsafe CRYPTO_memcmp(left, right, left.count) == 0
    }
}
