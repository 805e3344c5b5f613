internal import FoundationEssentials

/// The time of day, for people and certificates; never for order.
package enum WallClock {
    /// Microseconds since 1970-01-01 UTC.
    package static func unixMicros() -> Int64 { Int64(Date().timeIntervalSince1970 * 1_000_000) }

    package static func unixSeconds() -> Int64 { unixMicros() / 1_000_000 }
}
