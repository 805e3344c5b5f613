/// Unicode's normalization form KC (UAX #15) of what SASLprep lets through, which is Unicode 3.2.
///
/// Swift's own library has the canonical half, and we the table of the other: all of Foundation would come along for it.
enum CompatibilityComposition {
    /// Compatibility characters, and what stands in their place.
    private static let replacements: [Unicode.Scalar: [Unicode.Scalar]] = {
        var replacements: [Unicode.Scalar: [Unicode.Scalar]] = [:]
        for entry in SASLprepTables.compatibility.split(whereSeparator: \.isWhitespace) {
            let sides = entry.split(separator: "=")
            let range = (sides.first ?? "").split(separator: "-").compactMap { UInt32($0, radix: 16) }
            let values = (sides.last ?? "").split(separator: ".").compactMap { UInt32($0, radix: 16) }
            guard let first = range.first, let last = range.last, first <= last else { continue }
            for value in first...last {
                guard let scalar = Unicode.Scalar(value) else { continue }
                replacements[scalar] = values.compactMap { Unicode.Scalar($0 + value - first) }
            }
        }
        return replacements
    }()

    /// - Returns: UTF-8.
    static func nfkc(_ text: [Unicode.Scalar]) -> [UInt8] {
        var view = String.UnicodeScalarView()
        for scalar in text {
            if let replacement = replacements[scalar] {
                view.append(contentsOf: replacement)
            } else {
                view.append(scalar)
            }
        }
        return String(view)._nfcCodeUnits
    }
}
