/// Logarithms without a C library, so that a seed gives the same run on every machine.
enum Logarithm {
    private static let ln2 = 0.693_147_180_559_945_3
    private static let ln10 = 2.302_585_092_994_045_7

    /// - Parameter value: positive and finite; anything else gives 0.
    static func natural(_ value: Double) -> Double {
        guard value > 0, value.isFinite else { return 0 }
        // value = significand · 2^exponent with 1 ≤ significand < 2; ln s = 2 artanh((s − 1) / (s + 1)).
        let ratio = (value.significand - 1) / (value.significand + 1)
        let square = ratio * ratio
        var term = ratio
        var sum = 0.0
        for index in 0..<24 {
            sum += term / Double(2 * index + 1)
            term *= square
        }
        return 2 * sum + Double(value.exponent) * ln2
    }

    static func decimal(_ value: Double) -> Double { natural(value) / ln10 }
}
