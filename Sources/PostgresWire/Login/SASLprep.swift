/// Passwords as SCRAM hashes them (RFC 4013), as PostgreSQL prepares them: whatever the profile does not allow is taken
/// as it is, byte for byte, so that a role may have any password at all.
package enum SASLprep {
    /// - Parameter password: in whatever encoding the client has; UTF-8 alone is prepared.
    package static func prepare(_ password: [UInt8]) -> [UInt8] {
        // Nothing changes in ASCII; PostgreSQL does not look for its control characters either.
        guard password.contains(where: { $0 >= 0x80 }) else { return password }
        guard let text = String(validating: password, as: UTF8.self) else { return password }
        let mapped = mapped(text)
        guard !mapped.isEmpty, mapped.allSatisfy(isAllowed), isOneDirection(mapped) else { return password }
        return CompatibilityComposition.nfkc(mapped)
    }

    /// RFC 4013 §2.1: other spaces are the space, and some characters are nothing.
    private static func mapped(_ text: String) -> [Unicode.Scalar] {
        text.unicodeScalars.compactMap { scalar in
            if contains(SASLprepTables.otherSpaces, scalar) { return " " }
            return contains(SASLprepTables.mappedToNothing, scalar) ? nil : scalar
        }
    }

    /// RFC 4013 §2.3 and §2.5. As PostgreSQL does, before normalization.
    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        !contains(SASLprepTables.prohibitedOrUnassigned, scalar)
    }

    /// RFC 3454 §6: with any letter that is written from right to left, the first and the last must be such letters, and
    /// none may be of the other kind.
    private static func isOneDirection(_ text: [Unicode.Scalar]) -> Bool {
        let isRightToLeft = { contains(SASLprepTables.rightToLeft, $0) }
        guard text.contains(where: isRightToLeft), let first = text.first, let last = text.last else { return true }
        return isRightToLeft(first) && isRightToLeft(last)
            && !text.contains { contains(SASLprepTables.leftToRight, $0) }
    }

    /// - Parameter ranges: first and last of each, in order.
    private static func contains(_ ranges: [UInt32], _ scalar: Unicode.Scalar) -> Bool {
        var (low, high) = (0, ranges.count / 2)
        while low < high {
            let middle = (low + high) / 2
            if scalar.value < ranges[2 * middle] {
                high = middle
            } else if scalar.value > ranges[2 * middle + 1] {
                low = middle + 1
            } else {
                return true
            }
        }
        return false
    }
}
