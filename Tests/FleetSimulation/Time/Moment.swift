/// A point of virtual time: nanoseconds since the simulation began.
package struct Moment: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var nanoseconds: UInt64

    package init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    package static let zero = Moment(nanoseconds: 0)
    package static let never = Moment(nanoseconds: .max)

    package static func < (left: Moment, right: Moment) -> Bool { left.nanoseconds < right.nanoseconds }
    package static func + (left: Moment, right: Span) -> Moment {
        Moment(nanoseconds: left.nanoseconds &+ right.nanoseconds)
    }
    /// Zero when `right` is later.
    package static func - (left: Moment, right: Moment) -> Span {
        Span(nanoseconds: left.nanoseconds > right.nanoseconds ? left.nanoseconds - right.nanoseconds : 0)
    }

    package var seconds: Double { Double(nanoseconds) / 1e9 }

    /// Seconds with six places, the same in every locale: `12.000345`.
    package var description: String { Span(nanoseconds: nanoseconds).description }
}
