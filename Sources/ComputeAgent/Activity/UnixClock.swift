internal import FoundationEssentials

/// The time of day, as reports carry it.
enum UnixClock {
    /// Microseconds since 1970-01-01 UTC.
    static func micros() -> Int64 { Int64(Date().timeIntervalSince1970 * 1_000_000) }
}
