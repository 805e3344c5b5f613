/// Which shard of how many, written as four hex digits: two of the number, two of the count. `0000` is unsharded, which is
/// not the same as one shard of one (`0001`).
package struct ShardIndex: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var number: UInt8
    package var count: UInt8

    package init(number: UInt8, count: UInt8) {
        self.number = number
        self.count = count
    }

    /// Reads either case; any other length or character is `nil`.
    package init?(_ text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 4, digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
            let word = UInt16(text, radix: 16)
        else { return nil }
        self.init(number: UInt8(word >> 8), count: UInt8(word & 0xFF))
    }

    package var description: String { Self.hex(number) + Self.hex(count) }

    package static func < (left: ShardIndex, right: ShardIndex) -> Bool {
        (left.number, left.count) < (right.number, right.count)
    }

    private static func hex(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}
