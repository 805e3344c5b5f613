/// A place in the write-ahead log, in bytes from its beginning. PostgreSQL, “pg_lsn Type”: `16/B374D848`.
package struct LSN: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var rawValue: UInt64

    package init(_ rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// Two hexadecimal numbers of 1 to 8 digits, either case, parted by a slash.
    package init?(_ text: some StringProtocol) {
        let halves = text.split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count == 2, let high = Self.half(halves[0]), let low = Self.half(halves[1]) else { return nil }
        rawValue = UInt64(high) << 32 | UInt64(low)
    }

    /// `UInt32` alone would take a sign.
    private static func half(_ text: some StringProtocol) -> UInt32? {
        guard (1...8).contains(text.utf8.count), text.utf8.first != UInt8(ascii: "+") else { return nil }
        return UInt32(text, radix: 16)
    }

    package var description: String {
        "\(Self.hex(rawValue >> 32))/\(Self.hex(rawValue & 0xFFFF_FFFF))"
    }

    package static func < (left: LSN, right: LSN) -> Bool { left.rawValue < right.rawValue }

    private static func hex(_ half: UInt64) -> String { String(half, radix: 16, uppercase: true) }
}
