/// SipHash-2-4 (J.-P. Aumasson and D. Bernstein, 2012): 64 bits that nobody without the key can steer.
package struct KeyedHash: Sendable {
    private let k0: UInt64
    private let k1: UInt64

    /// - Parameter key: 16 bytes; missing ones count as zero.
    package init(key: [UInt8]) {
        let word = { (from: Int) -> UInt64 in
            (0..<8).reduce(0) { $0 | UInt64(from + $1 < key.count ? key[from + $1] : 0) << UInt64(8 * $1) }
        }
        k0 = word(0)
        k1 = word(8)
    }

    package func hash(_ bytes: [UInt8]) -> UInt64 { hash(bytes[...]) }

    package func hash(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.withUnsafeBufferPointer { bytes in
            var state = State(k0, k1)
            let whole = bytes.count & ~7
            var index = 0
            while index < whole {
                var word: UInt64 = 0
                for offset in 0..<8 { word |= UInt64(bytes[index + offset]) << UInt64(8 * offset) }
                state.absorb(word)
                index += 8
            }
            var last = UInt64(truncatingIfNeeded: bytes.count) << 56
            for offset in 0..<(bytes.count - whole) { last |= UInt64(bytes[whole + offset]) << UInt64(8 * offset) }
            state.absorb(last)
            return state.finish()
        }
    }

    /// The hash of the words' little-endian bytes.
    package func hash(_ a: UInt64, _ b: UInt64) -> UInt64 {
        var state = State(k0, k1)
        state.absorb(a)
        state.absorb(b)
        state.absorb(16 << 56)
        return state.finish()
    }

    package func hash(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64) -> UInt64 {
        var state = State(k0, k1)
        state.absorb(a)
        state.absorb(b)
        state.absorb(c)
        state.absorb(d)
        state.absorb(32 << 56)
        return state.finish()
    }

    private struct State {
        var v0: UInt64, v1: UInt64, v2: UInt64, v3: UInt64

        init(_ k0: UInt64, _ k1: UInt64) {
            v0 = k0 ^ 0x736f_6d65_7073_6575
            v1 = k1 ^ 0x646f_7261_6e64_6f6d
            v2 = k0 ^ 0x6c79_6765_6e65_7261
            v3 = k1 ^ 0x7465_6462_7974_6573
        }

        @inline(__always)
        mutating func absorb(_ word: UInt64) {
            v3 ^= word
            round()
            round()
            v0 ^= word
        }

        mutating func finish() -> UInt64 {
            v2 ^= 0xff
            for _ in 0..<4 { round() }
            return v0 ^ v1 ^ v2 ^ v3
        }

        @inline(__always)
        private mutating func round() {
            v0 = v0 &+ v1
            v1 = (v1 << 13 | v1 >> 51) ^ v0
            v0 = v0 << 32 | v0 >> 32
            v2 = v2 &+ v3
            v3 = (v3 << 16 | v3 >> 48) ^ v2
            v0 = v0 &+ v3
            v3 = (v3 << 21 | v3 >> 43) ^ v0
            v2 = v2 &+ v1
            v1 = (v1 << 17 | v1 >> 47) ^ v2
            v2 = v2 << 32 | v2 >> 32
        }
    }
}
