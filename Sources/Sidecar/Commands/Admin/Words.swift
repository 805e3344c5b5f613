internal import FoundationEssentials

/// Sizes, times and spans as people read them.
enum Words {
    /// `840 B`, `12.4 KiB`, `3.1 GiB`.
    static func bytes(_ count: UInt64) -> String {
        guard count >= 1024 else { return "\(count) B" }
        var (size, unit) = (Double(count), "B")
        for next in ["KiB", "MiB", "GiB", "TiB"] where size >= 1024 {
            (size, unit) = (size / 1024, next)
        }
        let tenths = UInt64((size * 10).rounded(.toNearestOrEven))
        return "\(tenths / 10).\(tenths % 10) \(unit)"
    }

    /// `0.4s`, `12s`, `3m`, `5h`, `2d`: whole units, rounded down.
    static func span(millis: UInt64) -> String {
        let seconds = millis / 1000
        switch seconds {
        case 0: return millis == 0 ? "0s" : "\(millis)ms"
        case ..<60: return "\(seconds)s"
        case ..<3600: return "\(seconds / 60)m"
        case ..<86_400: return "\(seconds / 3600)h"
        default: return "\(seconds / 86_400)d"
        }
    }

    /// `3m ago`.
    static func ago(millis: UInt64) -> String { span(millis: millis) + " ago" }

    /// How long ago a moment was by this machine's clock; nothing for 0.
    static func age(ofUnixMicros micros: Int64) -> String {
        guard micros > 0 else { return "" }
        let passed = Int64(Date().timeIntervalSince1970 * 1000) - micros / 1000
        return span(millis: UInt64(max(0, passed)))
    }

    /// `1 session`, `3 sessions`.
    static func count(_ number: UInt64, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
