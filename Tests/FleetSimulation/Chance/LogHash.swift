/// A running hash of everything that happened, in order: two runs of one seed must end with the same.
package struct LogHash: Hashable, Sendable, CustomStringConvertible {
    private var state: UInt64 = 0x6a09_e667_f3bc_c908

    package init() {}

    @inline(__always)
    package mutating func combine(_ word: UInt64) {
        state = Dice.mixed(state ^ word) &+ 0x9E37_79B9_7F4A_7C15
    }

    package mutating func combine(_ bytes: [UInt8]) {
        combine(UInt64(bytes.count))
        bytes.withUnsafeBytes { raw in
            var offset = 0
            while offset + 8 <= raw.count {
                combine(UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
                offset += 8
            }
            var rest: UInt64 = 0
            while offset < raw.count {
                rest = rest << 8 | UInt64(raw[offset])
                offset += 1
            }
            combine(rest)
        }
    }

    /// Sixteen hexadecimal digits.
    package var description: String {
        let digits = String(state, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
