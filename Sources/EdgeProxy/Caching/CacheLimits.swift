/// How much a cache holds, and for how long: `size=4000,ttl=5m`.
package struct CacheLimits: Sendable, Equatable {
    /// Entries at most. 0 switches the cache off.
    package var size: Int
    /// From an entry's last use to its end.
    package var timeToLive: Duration

    package init(size: Int, timeToLive: Duration) {
        self.size = size
        self.timeToLive = timeToLive
    }

    package struct Malformed: Error, Equatable, CustomStringConvertible {
        package var description: String
    }

    /// Reads Neon's spelling: `size` and `ttl` in any order, `ttl` optional when `size` is 0.
    package init(parsing text: String) throws(Malformed) {
        var size: Int?
        var timeToLive: Duration?
        for pair in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw Malformed(description: "“\(pair)” is not of the form key=value") }
            switch parts[0] {
            case "size":
                guard size == nil, let number = Int(parts[1]), number >= 0 else {
                    throw Malformed(description: "size must be given once, as a number of entries")
                }
                size = number
            case "ttl":
                guard timeToLive == nil, let duration = DurationText.parse(parts[1]) else {
                    throw Malformed(description: "ttl must be given once, as 5m, 90s or 500ms")
                }
                timeToLive = duration
            default:
                throw Malformed(description: "unknown key “\(parts[0])”; there are size and ttl")
            }
        }
        guard let size else { throw Malformed(description: "size is missing") }
        guard size == 0 || timeToLive != nil else { throw Malformed(description: "ttl is missing") }
        self.init(size: size, timeToLive: timeToLive ?? .zero)
    }
}

/// Durations as flags spell them: a whole number and `ms`, `s`, `sec`, `m`, `min` or `h`.
package enum DurationText {
    /// - Returns: `nil` for anything else, and for what overflows.
    package static func parse(_ text: some StringProtocol) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int64(digits) else { return nil }
        switch String(text.dropFirst(digits.count)) {
        case "ms": return .milliseconds(number)
        case "s", "sec": return .seconds(number)
        case "m", "min": return seconds(number, times: 60)
        case "h": return seconds(number, times: 3600)
        default: return nil
        }
    }

    private static func seconds(_ number: Int64, times factor: Int64) -> Duration? {
        let product = number.multipliedReportingOverflow(by: factor)
        return product.overflow ? nil : .seconds(product.partialValue)
    }
}
