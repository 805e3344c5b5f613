package import Gossip
internal import TLSEngine

/// Names a session that waits for a login in the browser: eight bytes, as 16 characters of lower-case hex, as Neon's.
///
/// The first two bytes say whose session it is, so that a callback that comes to another proxy finds its way: they are a
/// hash of the owner's name. Two proxies may share them; then both are asked. The other six cannot be foreseen.
package struct LoginSessionID: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    private static let byteCount = 8
    private static let hintByteCount = 2

    /// - Returns: `nil` unless it is 16 characters of lower-case hex.
    package init?(_ text: String) {
        let isHex = text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        guard isHex, text.utf8.count == 2 * Self.byteCount else { return nil }
        self.text = text
    }

    /// - Parameter dice: at least six bytes that nobody can foresee.
    package init(owner: MemberID, dice: [UInt8]) {
        text = Self.hint(of: owner) + Self.hex(dice.prefix(Self.byteCount - Self.hintByteCount))
    }

    package static func fresh(owner: MemberID) -> LoginSessionID {
        LoginSessionID(owner: owner, dice: Digests.randomBytes(byteCount - hintByteCount))
    }

    /// Whether it may be this member's. A hint, and no proof.
    package func isPerhaps(of member: MemberID) -> Bool {
        text.hasPrefix(Self.hint(of: member))
    }

    package var description: String { text }

    private static func hint(of member: MemberID) -> String {
        hex(Digests.sha256(Array(member.name.utf8)).prefix(hintByteCount))
    }

    private static func hex(_ bytes: ArraySlice<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
