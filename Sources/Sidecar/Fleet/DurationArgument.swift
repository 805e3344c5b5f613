internal import ArgumentParser

/// A span of time on the command line: `500ms`, `3s`, `5m`, `2h`, or `never`.
struct DurationArgument: ExpressibleByArgument, CustomStringConvertible {
    /// `nil`: never.
    let duration: Duration?
    let description: String

    /// About a year; longer is a slip of the finger.
    private static let longest: Duration = .seconds(366 * 86_400)
    private static let units: [(suffix: String, length: Duration)] = [
        ("ms", .milliseconds(1)), ("s", .seconds(1)), ("m", .seconds(60)), ("h", .seconds(3_600)),
    ]

    init?(argument: String) {
        description = argument
        if argument == "never" {
            duration = nil
            return
        }
        guard let unit = Self.units.first(where: { argument.hasSuffix($0.suffix) }),
            let count = UInt32(argument.dropLast(unit.suffix.count)), count > 0,
            unit.length * Int(count) <= Self.longest
        else { return nil }
        duration = unit.length * Int(count)
    }
}
