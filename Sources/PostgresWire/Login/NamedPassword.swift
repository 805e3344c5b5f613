/// A password that says for which endpoint it is, from clients that have no other way to say so: `endpoint=<id>` or, as
/// older documents have it, `project=<id>`; then `;` or `$`; then the password itself.
///
/// The first of the two separators ends the id, so that both may stand in the password. Does not print.
package struct NamedPassword: Equatable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// As the client wrote it.
    package let endpoint: String
    /// Whatever bytes follow.
    package let password: [UInt8]

    private static let keys = ["endpoint=", "project="]
    private static let separators: Set<UInt8> = [UInt8(ascii: ";"), UInt8(ascii: "$")]

    /// - Returns: `nil` when no endpoint is named: an empty id names none.
    package init?(_ bytes: [UInt8]) {
        guard let key = Self.keys.first(where: { bytes.starts(with: $0.utf8) }) else { return nil }
        let rest = bytes.dropFirst(key.utf8.count)
        guard let end = rest.firstIndex(where: Self.separators.contains), end > rest.startIndex,
            let endpoint = String(validating: rest[..<end], as: UTF8.self)
        else { return nil }
        self.endpoint = endpoint
        password = Array(rest[(end + 1)...])
    }

    package var description: String { "<secret>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
