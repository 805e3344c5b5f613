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
}
