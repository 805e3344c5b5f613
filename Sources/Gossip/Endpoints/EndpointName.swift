/// What a client names: one database service, `demo` or `ep-blue-sky`.
///
/// One to 63 ASCII characters out of `a-z`, `0-9` and `-`, so that a name is also a DNS label, a folder name and a
/// path segment without escaping. Whoever holds a value of this type need not check it again.
package struct EndpointName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The longest name, in bytes: a DNS label (RFC 1035 §2.3.4).
    package static let lengthLimit = 63

    package let text: String

    /// - Returns: `nil` for a text that is empty, too long or holds any other character (upper case included).
    package init?(_ text: String) {
        guard (1...Self.lengthLimit).contains(text.utf8.count) else { return nil }
        guard text.utf8.allSatisfy(Self.isAllowed) else { return nil }
        self.text = text
    }

    package var description: String { text }

    package static func < (left: EndpointName, right: EndpointName) -> Bool { left.text < right.text }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
