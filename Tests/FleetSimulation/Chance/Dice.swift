#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The dice of one part of a simulation: SplitMix64 (Steele, Lea and Flood, 2014), and the distributions drawn from it.
///
/// Each part has its own, forked from the run's seed, so that a draw more in one part leaves the others as they were.
package struct Dice: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Dice.mixed(state)
    }

    /// Scrambles a word: every input bit moves about half of the output bits.
    @inline(__always)
    package static func mixed(_ word: UInt64) -> UInt64 {
        var word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    package mutating func fork() -> Dice { Dice(seed: next()) }

    /// Uniform in [0, 1).
    package mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    package mutating func chance(_ probability: Double) -> Bool { probability > 0 && unit() < probability }

    /// Uniform in 0..<bound; 0 for an empty range.
    package mutating func index(below bound: Int) -> Int {
        bound > 0 ? Int(next().multipliedFullWidth(by: UInt64(bound)).high) : 0
    }

    package mutating func span(_ low: Span, _ high: Span) -> Span {
        Span(nanoseconds: low.nanoseconds + UInt64(unit() * Double(high.nanoseconds - min(low, high).nanoseconds)))
    }

    /// As likely between 1 and 10 as between 10 and 100.
    package mutating func logUniform(_ low: Double, _ high: Double) -> Double { low * exp(unit() * log(high / low)) }

    package mutating func exponential(mean: Span) -> Span { mean * -log(1 - unit()) }

    /// - Parameter sigma: of the logarithm; 0.6 puts the 99th percentile at four times the median.
    package mutating func logNormal(median: Span, sigma: Double) -> Span {
        // Box and Muller's second deviate is thrown away: keeping it would tie one draw to the one before.
        let normal = sqrt(-2 * log(1 - unit())) * cos(2 * .pi * unit())
        return median * exp(sigma * normal)
    }

    package mutating func pick<Element>(_ elements: [Element]) -> Element? {
        elements.isEmpty ? nil : elements[index(below: elements.count)]
    }

    /// `count` different numbers of 0..<bound, in random order (fewer when there are not as many).
    package mutating func sample(_ count: Int, below bound: Int) -> [Int] {
        var all = Array(0..<bound)
        all.shuffle(using: &self)
        return Array(all.prefix(count))
    }
}
