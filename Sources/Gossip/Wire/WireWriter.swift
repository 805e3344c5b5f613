/// Appends values in the wire's encoding: fixed integers in network order, counts and ages as LEB128 varints.
struct WireWriter {
    var bytes: [UInt8] = []

    mutating func byte(_ value: UInt8) { bytes.append(value) }

    mutating func u16(_ value: UInt16) { fixed(UInt64(value), width: 2) }
    mutating func u32(_ value: UInt32) { fixed(UInt64(value), width: 4) }
    mutating func u64(_ value: UInt64) { fixed(value, width: 8) }

    mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func blob(_ value: [UInt8]) {
        varint(UInt64(value.count))
        bytes += value
    }

    mutating func text(_ value: String) {
        varint(UInt64(value.utf8.count))
        bytes += value.utf8
    }

    private mutating func fixed(_ value: UInt64, width: Int) {
        for index in (0..<width).reversed() { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
    }

    static func varintSize(_ value: UInt64) -> Int { max(1, (64 - value.leadingZeroBitCount + 6) / 7) }
}
