internal import Glibc

/// The time of day, as reports carry it.
enum UnixClock {
    /// Microseconds since 1970-01-01 UTC.
    static func micros() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}
