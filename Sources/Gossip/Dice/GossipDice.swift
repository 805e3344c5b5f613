/// The only source of chance in the core: SplitMix64 (G. Steele, D. Lea and C. Flood, 2014), so that a seed is a run.
package struct GossipDice: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// Uniform enough for a choice among members: 32 bits scaled down (Lemire, 2019, without the rejection).
    ///
    /// - Returns: 0 when `bound` is not positive.
    mutating func below(_ bound: Int) -> Int {
        guard bound > 0 else { return 0 }
        return Int((UInt64(UInt32(truncatingIfNeeded: next() >> 32)) &* UInt64(UInt32(clamping: bound))) >> 32)
    }

    /// Between `share` below and `share` above.
    mutating func jittered(_ duration: Duration, by share: Double) -> Duration {
        let unit = Double(next() >> 11) / Double(UInt64(1) << 53)
        return duration * (1 - share + 2 * share * unit)
    }
}
