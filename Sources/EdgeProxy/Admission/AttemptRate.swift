/// How many attempts are let through: so many a second for good, and so many at once.
package struct AttemptRate: Equatable, Sendable {
    /// More than 0.
    package let perSecond: Double
    /// At least 1.
    package let burst: Double

    /// - Returns: `nil` for a rate that would let nobody in, ever, or that is no number.
    package init?(perSecond: Double, burst: Double) {
        guard perSecond.isFinite, burst.isFinite, perSecond > 0, burst >= 1 else { return nil }
        self.perSecond = perSecond
        self.burst = burst
    }

    /// Reads Neon's spelling: `500@1s,300@1m,200@10m` is at most 500 a second over any second, 300 over any minute and
    /// so on. What is kept is the largest as what may come at once and the smallest as what may come for good, which is
    /// how Neon maps them on a leaky bucket (facts: edge proxy §9).
    ///
    /// - Parameter texts: one or more of them, with one or more rates each; `off` alone is no limit.
    /// - Returns: `nil` for no limit.
    package static func parse(_ texts: [String]) throws(KeyValueText.Malformed) -> AttemptRate? {
        guard texts != [off] else { return nil }
        var rates: [Double] = []
        for text in texts.flatMap({ $0.split(separator: ",", omittingEmptySubsequences: false) }) {
            let parts = text.split(separator: "@", omittingEmptySubsequences: false)
            guard parts.count == 2, let number = UInt32(parts[0]), number > 0,
                let window = DurationText.parse(parts[1]), window > .zero
            else {
                throw KeyValueText.Malformed(
                    description: "“\(text)” is not of the form 500@1s, a number a second and over how long; or “\(off)”"
                )
            }
            rates.append(Double(number))
        }
        guard let slowest = rates.min(), let fastest = rates.max(),
            let rate = AttemptRate(perSecond: slowest, burst: fastest)
        else { throw KeyValueText.Malformed(description: "is empty; “\(off)” is no limit") }
        return rate
    }

    private static let off = "off"
}
