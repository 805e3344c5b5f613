/// Something happened that must never happen.
package struct Violation: Equatable, Sendable, CustomStringConvertible {
    package var moment: Moment
    package var host: Int?
    package var text: String

    package var description: String { "at \(moment)\(host.map { " on host \($0)" } ?? ""): \(text)" }
}
