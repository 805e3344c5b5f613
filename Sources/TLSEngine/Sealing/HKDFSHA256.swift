/// Keys out of a key: HKDF with HMAC-SHA-256. RFC 5869.
///
/// Extraction is done once, by `init`; each `expand` is then one HMAC per 32 bytes.
package struct HKDFSHA256: Sendable {
    /// The most that `expand` gives, in bytes. RFC 5869 §2.3.
    package static let lengthLimit = 255 * Digests.sha256Length

    private let pseudorandomKey: [UInt8]

    /// - Parameters:
    ///   - key: the input keying material.
    ///   - salt: need not be secret; may be empty.
    package init(key: [UInt8], salt: [UInt8]) {
        pseudorandomKey = Digests.hmacSHA256(
            key: salt.isEmpty ? [UInt8](repeating: 0, count: Digests.sha256Length) : salt, key)
    }

    /// - Parameters:
    ///   - info: what the key is for; different texts give unrelated keys.
    ///   - length: at most `lengthLimit`, to which a greater one is cut.
    package func expand(info: [UInt8], length: Int) -> [UInt8] {
        let length = min(max(0, length), Self.lengthLimit)
        var (output, block): ([UInt8], [UInt8]) = ([], [])
        output.reserveCapacity(length + Digests.sha256Length)
        var number: UInt8 = 0
        while output.count < length {
            number += 1  // At most 255, by `lengthLimit`.
            block = Digests.hmacSHA256(key: pseudorandomKey, block + info + [number])
            output += block
        }
        return Array(output.prefix(length))
    }
}

extension HKDFSHA256: CustomStringConvertible, CustomReflectable {
    package var description: String { "<secret>" }
    package var customMirror: Mirror { Mirror(self, children: [(label: String?, value: Any)]()) }
}
