package import Gossip

/// The clocks of one host: a monotonic one that may run fast or slow, and a wall clock that may be wrong.
package struct HostClock: Sendable {
    /// What everybody's wall clock shows when the simulation begins, in ms since 1970.
    private static let wallStart: UInt64 = 1_767_225_600_000

    private var anchor: Moment = .zero
    private var localAnchor: UInt64
    private var rate = 1.0
    /// Seconds the wall clock is ahead.
    package var wallOffset = 0.0

    /// - Parameter base: what the monotonic clock shows at the beginning; no two hosts agree on it.
    package init(base: Span) {
        localAnchor = base.nanoseconds
    }

    package mutating func drift(partsPerMillion: Double, from now: Moment) {
        localAnchor = instant(at: now).nanoseconds
        anchor = now
        rate = 1 + partsPerMillion * 1e-6
    }

    package func instant(at now: Moment) -> GossipInstant {
        let passed = (now - anchor).nanoseconds
        return GossipInstant(nanoseconds: localAnchor &+ (rate == 1 ? passed : UInt64(Double(passed) * rate)))
    }

    /// The earliest moment at which the monotonic clock has reached this instant.
    package func moment(of instant: GossipInstant) -> Moment {
        guard instant.nanoseconds > localAnchor else { return anchor }
        let local = instant.nanoseconds - localAnchor
        guard rate != 1 else { return Moment(nanoseconds: anchor.nanoseconds.addingSaturating(local)) }
        let real = Double(local) / rate
        guard real < 9e18 else { return .never }
        return anchor + Span(nanoseconds: UInt64(real) + 1)
    }

    /// Milliseconds since 1970, as this host believes.
    package func wallMilliseconds(at now: Moment) -> UInt64 {
        let milliseconds = Int64(Self.wallStart) + Int64(now.nanoseconds / 1_000_000) + Int64(wallOffset * 1_000)
        return UInt64(max(0, milliseconds))
    }
}

extension UInt64 {
    fileprivate func addingSaturating(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
