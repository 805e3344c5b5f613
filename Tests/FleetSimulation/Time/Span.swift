/// A length of virtual time. Cheaper than `Duration` where a simulation adds millions of them.
package struct Span: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var nanoseconds: UInt64

    package init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    package static let zero = Span(nanoseconds: 0)
    package static func microseconds(_ count: UInt64) -> Span { Span(nanoseconds: count &* 1_000) }
    package static func milliseconds(_ count: UInt64) -> Span { Span(nanoseconds: count &* 1_000_000) }
    package static func seconds(_ count: Double) -> Span { Span(nanoseconds: UInt64(max(0, count) * 1e9)) }

    package static func < (left: Span, right: Span) -> Bool { left.nanoseconds < right.nanoseconds }
    package static func + (left: Span, right: Span) -> Span { Span(nanoseconds: left.nanoseconds &+ right.nanoseconds) }
    package static func * (left: Span, right: Double) -> Span { Span(nanoseconds: UInt64(left.asDouble * right)) }

    package var seconds: Double { asDouble / 1e9 }
    package var milliseconds: Double { asDouble / 1e6 }

    private var asDouble: Double { Double(nanoseconds) }

    package var description: String {
        let micros = nanoseconds / 1_000
        let fraction = String(micros % 1_000_000)
        return "\(micros / 1_000_000)." + String(repeating: "0", count: 6 - fraction.count) + fraction
    }
}
