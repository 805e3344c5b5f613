/// AES-256 in Galois/counter mode: hides a message and proves, with a 16-byte tag, that neither it nor the bytes beside
/// it were changed. NIST SP 800-38D.
///
/// A nonce must never come twice under one key. Both halves assert nothing about it: the caller counts.
package enum AES256GCM {
    package static let keyLength = 32
    package static let nonceLength = 12
    package static let tagLength = 16

    /// 96 bits in two fields, each big-endian: whose message it is, and which one. SP 800-38D §8.2.1.
    package struct Nonce: Hashable, Sendable {
        package var fixed: UInt32
        package var counter: UInt64

        package init(fixed: UInt32 = 0, counter: UInt64) {
            self.fixed = fixed
            self.counter = counter
        }

        /// The twelve bytes as they lie in memory.
        var bigEndianWords: (UInt32, UInt32, UInt32) {
            (
                fixed.bigEndian, UInt32(truncatingIfNeeded: counter >> 32).bigEndian,
                UInt32(truncatingIfNeeded: counter).bigEndian
            )
        }
    }
}
