/// Reads a stranger's bytes: checks before it subtracts, bounds before it allocates, traps on nothing.
struct WireReader {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    var remaining: Int { bytes.endIndex - position }
    var isAtEnd: Bool { remaining == 0 }

    mutating func byte() throws(MalformedGossip) -> UInt8 {
        guard position < bytes.endIndex else { throw .truncated }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func u16() throws(MalformedGossip) -> UInt16 { UInt16(truncatingIfNeeded: try fixed(width: 2)) }
    mutating func u32() throws(MalformedGossip) -> UInt32 { UInt32(truncatingIfNeeded: try fixed(width: 4)) }
    mutating func u64() throws(MalformedGossip) -> UInt64 { try fixed(width: 8) }

    /// LEB128, at most ten bytes, no bits above the 64th.
    mutating func varint() throws(MalformedGossip) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 63, by: 7) {
            let next = try byte()
            if shift == 63, next > 1 { throw .varintTooLong }
            value |= UInt64(next & 0x7f) << shift
            if next & 0x80 == 0 { return value }
        }
        throw .varintTooLong
    }

    /// A count of things of at least `size` bytes each, so that what follows can hold them.
    mutating func count(limit: Int, size: Int) throws(MalformedGossip) -> Int {
        let value = try varint()
        guard value <= UInt64(limit) else { throw .tooLarge(Int(clamping: value), limit: limit) }
        guard Int(value) * size <= remaining else { throw .truncated }
        return Int(value)
    }

    mutating func blob(limit: Int) throws(MalformedGossip) -> ArraySlice<UInt8> {
        let length = try count(limit: limit, size: 1)
        defer { position += length }
        return bytes[position..<position + length]
    }

    mutating func text(limit: Int) throws(MalformedGossip) -> String {
        guard let text = String(validating: try blob(limit: limit), as: UTF8.self) else { throw .badText }
        return text
    }

    /// - Throws: ``MalformedGossip/trailingBytes(_:)`` unless everything has been read.
    func end() throws(MalformedGossip) {
        guard isAtEnd else { throw .trailingBytes(remaining) }
    }

    private mutating func fixed(width: Int) throws(MalformedGossip) -> UInt64 {
        guard remaining >= width else { throw .truncated }
        var value: UInt64 = 0
        for index in position..<position + width { value = value << 8 | UInt64(bytes[index]) }
        position += width
        return value
    }
}
