/// A point on this process's monotonic clock: nanoseconds since anything. The core never asks what time it is.
package struct GossipInstant: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var nanoseconds: UInt64

    package init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    /// Never reached.
    package static let never = GossipInstant(nanoseconds: .max)

    package static func < (left: GossipInstant, right: GossipInstant) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Stops at both ends of the clock instead of trapping.
    package static func + (instant: GossipInstant, duration: Duration) -> GossipInstant {
        let step = duration.wholeNanoseconds
        let magnitude = step.magnitude
        let sum =
            step >= 0
            ? instant.nanoseconds.addingReportingOverflow(magnitude)
            : instant.nanoseconds.subtractingReportingOverflow(magnitude)
        guard !sum.overflow else { return GossipInstant(nanoseconds: step >= 0 ? .max : 0) }
        return GossipInstant(nanoseconds: sum.partialValue)
    }

    /// How long from here to `other`; negative when `other` is earlier.
    package func duration(to other: GossipInstant) -> Duration {
        let isForward = other.nanoseconds >= nanoseconds
        let distance = isForward ? other.nanoseconds - nanoseconds : nanoseconds - other.nanoseconds
        let bounded = Int64(clamping: distance)
        return .nanoseconds(isForward ? bounded : -bounded)
    }

    package var description: String { "\(nanoseconds) ns" }
}

extension Duration {
    /// Saturates at about 292 years.
    var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let whole = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !whole.overflow else { return seconds < 0 ? .min : .max }
        let sum = whole.partialValue.addingReportingOverflow(attoseconds / 1_000_000_000)
        guard !sum.overflow else { return seconds < 0 ? .min : .max }
        return sum.partialValue
    }

    var wholeMilliseconds: Int64 { wholeNanoseconds / 1_000_000 }
}
