/// How one message travels: a flag byte (1 means compressed), a big-endian `UInt32` length, the body.
/// gRPC over HTTP/2, “Length-Prefixed-Message”.
enum MessageFrame {
    static let prefixLength = 5

    /// - Returns: the prefix as the low bytes of a number, highest first; `nil` when the length does not fit in 32 bits.
    static func prefix(forLength count: Int, isCompressed: Bool = false) -> UInt64? {
        UInt32(exactly: count).map { UInt64($0) | (isCompressed ? 1 << 32 : 0) }
    }

    /// - Returns: the message behind its prefix; `nil` when its length does not fit in 32 bits.
    static func bytes(of message: [UInt8], isCompressed: Bool = false) -> [UInt8]? {
        guard let length = UInt32(exactly: message.count) else { return nil }
        var framed: [UInt8] = []
        framed.reserveCapacity(prefixLength + message.count)
        framed.append(isCompressed ? 1 : 0)
        for shift in [24, 16, 8, 0] { framed.append(UInt8(truncatingIfNeeded: length >> shift)) }
        framed.append(contentsOf: message)
        return framed
    }
}
