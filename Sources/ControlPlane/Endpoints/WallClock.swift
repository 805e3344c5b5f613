internal import Glibc

/// The time of day, for people and certificates; never for order.
package enum WallClock {
    /// Microseconds since 1970-01-01 UTC.
    package static func unixMicros() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }

    package static func unixSeconds() -> Int64 { unixMicros() / 1_000_000 }
}
