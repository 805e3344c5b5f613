/// How long a lease lasts from now on, of which a pageserver has said at what time of day it ends.
///
/// The time of day can be set, on purpose or by mistake, and nobody can tell which of two was right. So it is read twice: as
/// it is, and as it would be if nobody had set it since the beginning. The lease is taken for as long as the one says that
/// leaves less: asking too early costs a question, asking too late costs the lease. One that says it is over already, of a
/// lease that has just been granted, is the wrong one.
package struct LeaseClock: Sendable {
    /// However far a pageserver's clock is from ours.
    package static let longest: Duration = .seconds(86_400)

    /// The time of day at the moment from which the other clock counts.
    private let beganUnixMillis: Int64

    package init(beganUnixMillis: Int64) {
        self.beganUnixMillis = beganUnixMillis
    }

    /// - Parameters:
    ///   - end: when the lease ends, milliseconds since 1970.
    ///   - now: the time of day, milliseconds since 1970.
    ///   - passed: since the beginning, by a clock that cannot be set.
    /// - Returns: zero when it is over by both.
    package func length(untilUnixMillis end: Int64, nowUnixMillis now: Int64, passed: Duration) -> Duration {
        let unset = beganUnixMillis.addingReportingOverflow(Int64(passed / .milliseconds(1)))
        let readings = [
            Self.rest(until: end, from: now), unset.overflow ? 0 : Self.rest(until: end, from: unset.partialValue),
        ]
        return readings.filter { $0 > 0 }.min().map { min(.milliseconds($0), Self.longest) } ?? .zero
    }

    private static func rest(until end: Int64, from now: Int64) -> Int64 {
        let (difference, overflow) = end.subtractingReportingOverflow(now)
        return overflow ? 0 : difference
    }
}
