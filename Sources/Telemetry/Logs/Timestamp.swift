/// Points in time as logs write them.
package enum Timestamp {
    /// `2026-11-21T12:00:00.123Z`. RFC 3339 §5.6, in UTC, years 0 to 9999.
    ///
    /// - Parameter unixMillis: milliseconds since 1970-01-01 UTC.
    package static func rfc3339(unixMillis: Int64) -> String {
        let (day, millis) = floored(unixMillis, by: 86_400_000)
        let date = civil(fromDays: day)
        let (seconds, fraction) = (millis / 1000, millis % 1000)
        let clock = "\(padded(seconds / 3600)):\(padded(seconds / 60 % 60)):\(padded(seconds % 60))"
        return
            "\(padded(date.year, to: 4))-\(padded(date.month))-\(padded(date.day))T\(clock).\(padded(fraction, to: 3))Z"
    }

    /// The Gregorian date so many days after 1970-01-01. Years are counted from March here, so that a leap day is the
    /// last day of its year, and in eras of 400 years, which all have the same length.
    private static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let daysPerEra: Int64 = 146_097
        let (era, dayOfEra) = floored(days + 719_468, by: daysPerEra)
        let leapDays = dayOfEra / 1460 - dayOfEra / 36_524 + dayOfEra / (daysPerEra - 1)
        let yearOfEra = (dayOfEra - leapDays) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        // Months of 31, 30, 31, 30, 31 days come again and again from March on: 153 days each time.
        let fromMarch = (5 * dayOfYear + 2) / 153
        let month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * fromMarch + 2) / 5 + 1)
    }

    private static func floored(_ number: Int64, by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = number.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    private static func padded(_ number: Int64, to width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
