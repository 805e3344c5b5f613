/// A moment of a relay thread, in nanoseconds: of what clock is its caller's affair.
///
/// A plain number: the standard library's instants cost calls into it, and every message of every session needs one.
struct RelayTime: Comparable, Sendable {
    var nanoseconds: Int64

    static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

    static func + (time: Self, span: Span) -> Self {
        RelayTime(nanoseconds: time.nanoseconds &+ span.nanoseconds)
    }

    func until(_ later: Self) -> Span { Span(nanoseconds: later.nanoseconds &- nanoseconds) }

    /// From one moment to another.
    struct Span: Equatable, Sendable {
        var nanoseconds: Int64

        init(nanoseconds: Int64) {
            self.nanoseconds = nanoseconds
        }

        /// Centuries and more are one century.
        init(_ duration: Duration) {
            let (seconds, attoseconds) = duration.components
            nanoseconds = min(max(seconds, 0), 3_200_000_000) * 1_000_000_000 + max(attoseconds, 0) / 1_000_000_000
        }
    }
}
