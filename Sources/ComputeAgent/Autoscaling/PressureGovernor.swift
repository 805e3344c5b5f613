/// Judges by a container's own memory whether it is large enough. More is wished at once; less only after a quiet time,
/// because taking memory away costs more than leaving it. Reads no clock; instants must not run backwards.
package struct PressureGovernor: Sendable {
    package typealias Instant = ContinuousClock.Instant

    /// Memory is short when anonymous memory takes this part of the limit, in percent…
    private static let usedPercent: UInt64 = 85
    /// …or when somebody waited for memory for so much of the time: caches that are read in again and again show here alone.
    private static let stallPermille: UInt32 = 100
    /// Memory is plenty below both of these, for so long.
    private static let plentyPercent: UInt64 = 45
    private static let plentyPermille: UInt32 = 1
    package static let quietTime: Duration = .seconds(60)
    /// What is used is to be this part of what is wished, in percent.
    private static let aimPercent: UInt64 = 75
    /// Wishes come in whole steps, so that they do not change with every sample.
    package static let step: UInt64 = 128 << 20
    private static let least: UInt64 = 256 << 20

    private var before: (readings: CgroupReadings, at: Instant)?
    private var plentySince: Instant?
    package private(set) var wish: ScaleWish?

    package init() {}

    /// - Returns: whether the wish is another one now.
    package mutating func sampled(_ readings: CgroupReadings, at now: Instant) -> Bool {
        let stall = stall(readings, at: now)
        before = (readings, now)
        let next = judge(readings, stall: stall, at: now)
        defer { wish = next }
        return next?.memoryBytes != wish?.memoryBytes
    }

    private mutating func judge(_ readings: CgroupReadings, stall: UInt32, at now: Instant) -> ScaleWish? {
        // Whoever is not limited has all there is.
        guard let limit = readings.limitBytes, limit > 0 else { return nil }
        let used = readings.anonymousBytes
        let aim = max(Self.least, used / Self.aimPercent * 100)
        let isFull = used >= limit / 100 * Self.usedPercent
        if isFull || stall >= Self.stallPermille {
            plentySince = nil
            // What stands already stands until the limit has moved.
            let wanted = Self.whole(max(aim, limit + limit / 4))
            return ScaleWish(
                memoryBytes: max(wanted, wish.map { $0.limitBytes == limit ? $0.memoryBytes : 0 } ?? 0),
                limitBytes: limit, usedBytes: used, stallPermille: stall,
                reason: isFull ? "memory is used up" : "processes wait for memory")
        }
        guard used < limit / 100 * Self.plentyPercent, stall < Self.plentyPermille, Self.whole(aim) < limit else {
            plentySince = nil
            return nil
        }
        let since = plentySince ?? now
        plentySince = since
        guard since + Self.quietTime <= now else { return nil }
        return ScaleWish(
            memoryBytes: Self.whole(aim), limitBytes: limit, usedBytes: used, stallPermille: stall,
            reason: "less would do")
    }

    private func stall(_ readings: CgroupReadings, at now: Instant) -> UInt32 {
        guard let before, let earlier = before.readings.stallMicros, let later = readings.stallMicros, later > earlier
        else { return 0 }
        let elapsed = before.at.duration(to: now) / .microseconds(1)
        guard elapsed > 0 else { return 0 }
        return UInt32(min(1_000, Double(later - earlier) / elapsed * 1_000))
    }

    private static func whole(_ bytes: UInt64) -> UInt64 { (bytes + step - 1) / step * step }
}
