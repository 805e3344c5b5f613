/// The fields of a serialized message, without a description of it. Protocol Buffers, “Encoding”.
struct WireFields: Sequence, IteratorProtocol {
    struct Field {
        var number: Int
        /// What a length-delimited field holds; empty for the other kinds.
        var bytes: ArraySlice<UInt8>
        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    /// - Returns: `nil` at the end, and where the bytes are not a message.
    mutating func next() -> Field? {
        guard let tag = number() else { return nil }
        let field = Int(truncatingIfNeeded: tag >> 3)
        switch tag & 7 {
        case 0: return number().map { _ in Field(number: field, bytes: []) }
        case 1: return take(8).map { _ in Field(number: field, bytes: []) }
        case 2:
            guard let count = number().flatMap({ Int(exactly: $0) }) else { return nil }
            return take(count).map { Field(number: field, bytes: $0) }
        case 5: return take(4).map { _ in Field(number: field, bytes: []) }
        default: return nil
        }
    }

    private mutating func number() -> UInt64? {
        var number: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 63, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            number |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return number }
        }
        return nil
    }

    private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}
