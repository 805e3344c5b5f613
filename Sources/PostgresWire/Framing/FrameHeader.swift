package import NIOCore

/// A one-byte tag, then an `Int32` length that counts itself but not the tag. PostgreSQL, “Message Formats”.
package struct FrameHeader: Equatable, Sendable {
    /// Tag and length: what stands before the body.
    package static let byteCount = 5

    package var tag: UInt8
    package var bodyLength: Int

    package enum Malformed: Error, Equatable {
        /// The length does not even count itself.
        case lengthBelowFour(UInt32)
        /// More than this phase of the protocol can need.
        case bodyTooLarge(Int, limit: Int)
    }

    /// - Returns: `nil`, with the buffer untouched, while fewer than five bytes are readable.
    package static func read(from buffer: inout ByteBuffer, bodyLimit: Int) throws(Malformed) -> FrameHeader? {
        guard let (tag, length) = buffer.peekMultipleIntegers(as: (UInt8, UInt32).self) else { return nil }
        guard length >= 4 else { throw .lengthBelowFour(length) }
        guard length - 4 <= UInt32(clamping: bodyLimit) else {
            throw .bodyTooLarge(Int(length) - 4, limit: bodyLimit)
        }
        buffer.moveReaderIndex(forwardBy: byteCount)
        return FrameHeader(tag: tag, bodyLength: Int(length) - 4)
    }
}
