/// The value of `grpc-timeout`: one to eight digits and a unit, `H M S m u n`. gRPC over HTTP/2, “Timeout”.
enum GRPCTimeout {
    private static let largestCount: Int64 = 99_999_999

    /// Nanoseconds in each unit, finest first.
    private static let units: [(letter: Character, nanoseconds: Int64)] = [
        ("n", 1), ("u", 1_000), ("m", 1_000_000), ("S", 1_000_000_000),
        ("M", 60_000_000_000), ("H", 3_600_000_000_000),
    ]

    /// In the finest unit that holds it, rounded up: a server must not give up before the client does.
    /// - Parameter timeout: above zero; a call without time left is not sent.
    static func encode(_ timeout: Duration) -> String {
        let nanoseconds = wholeNanoseconds(timeout)
        for unit in units {
            let (quotient, remainder) = nanoseconds.quotientAndRemainder(dividingBy: unit.nanoseconds)
            let count = quotient + (remainder > 0 ? 1 : 0)
            if count <= largestCount { return "\(count)\(unit.letter)" }
        }
        return "\(largestCount)H"
    }

    /// - Returns: `nil` when the text is not a timeout.
    static func decode(_ text: String) -> Duration? {
        guard let letter = text.last, let unit = units.first(where: { $0.letter == letter }) else { return nil }
        let digits = text.dropLast()
        guard (1...8).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let count = Int64(digits)
        else { return nil }
        if unit.nanoseconds >= 1_000_000_000 { return .seconds(count * (unit.nanoseconds / 1_000_000_000)) }
        return .nanoseconds(count * unit.nanoseconds)
    }

    /// Rounded up, and clamped at the longest that a nanosecond count can say (some 292 years).
    private static func wholeNanoseconds(_ timeout: Duration) -> Int64 {
        let (seconds, attoseconds) = timeout.components
        let (whole, overflowed) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let fraction = (attoseconds + 999_999_999) / 1_000_000_000
        let (sum, sumOverflowed) = whole.addingReportingOverflow(fraction)
        return overflowed || sumOverflowed ? .max : sum
    }
}
