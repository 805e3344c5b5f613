/// `key=value,key=value`, as Neon's flags have it: in any order, each key once, none that is unknown.
package struct KeyValueText {
    /// What is wrong with it, for whoever wrote it.
    package struct Malformed: Error, Equatable, CustomStringConvertible {
        package var description: String
    }

    private let values: [String: Substring]

    /// - Parameter keys: all that there are.
    package init(_ text: String, keys: [String]) throws(Malformed) {
        var values: [String: Substring] = [:]
        for pair in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw Malformed(description: "“\(pair)” is not of the form key=value") }
            let key = String(parts[0])
            guard keys.contains(key) else {
                throw Malformed(description: "unknown key “\(key)”; there are \(keys.joined(separator: ", "))")
            }
            guard values.updateValue(parts[1], forKey: key) == nil else {
                throw Malformed(description: "\(key) is given twice")
            }
        }
        self.values = values
    }

    /// A number from 0 up.
    package func count(_ key: String) throws(Malformed) -> Int? {
        guard let text = values[key] else { return nil }
        guard let number = Int(text), number >= 0 else {
            throw Malformed(description: "\(key) must be a whole number, and not below 0")
        }
        return number
    }

    /// - Parameter keys: names for one thing.
    package func duration(_ keys: [String]) throws(Malformed) -> Duration? {
        let given = keys.compactMap { key in values[key].map { (key, $0) } }
        guard let (key, text) = given.first else { return nil }
        guard given.count == 1 else {
            throw Malformed(description: given.map(\.0).joined(separator: " and ") + " are the same thing")
        }
        guard let duration = DurationText.parse(text) else {
            throw Malformed(description: "\(key) must be a time, such as 5m, 90s or 500ms")
        }
        return duration
    }

    package func missing(_ key: String) -> Malformed { Malformed(description: "\(key) is missing") }
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

    /// As ``parse(_:)`` reads it: whole seconds, or milliseconds.
    package static func spell(_ duration: Duration) -> String {
        let millis = Int64(duration / .milliseconds(1))
        return millis >= 1000 && millis % 1000 == 0 ? "\(millis / 1000)s" : "\(millis)ms"
    }

    private static func seconds(_ number: Int64, times factor: Int64) -> Duration? {
        let product = number.multipliedReportingOverflow(by: factor)
        return product.overflow ? nil : .seconds(product.partialValue)
    }
}
