/// Notices that the time of day was set: it has then moved by another amount than the time that only ever passes.
package struct ClockJump: Sendable {
    package typealias Instant = ContinuousClock.Instant

    /// Less than this between two looks is how clocks are kept right while they run, in microseconds.
    package static let toleranceMicros: Int64 = 1_000_000

    private var before: (unixMicros: Int64, at: Instant)?

    package init() {}

    /// - Returns: by how much the time of day was set since the look before, in microseconds; zero when it was not.
    package mutating func looked(atUnixMicros unixMicros: Int64, _ now: Instant) -> Int64 {
        defer { before = (unixMicros, now) }
        guard let before else { return 0 }
        let passed = Int64(before.at.duration(to: now) / .microseconds(1))
        let jump = unixMicros - before.unixMicros - passed
        return abs(jump) > Self.toleranceMicros ? jump : 0
    }
}
