package import NIOCore

/// One whole message as it travelled: kept raw, so that it can be passed on byte for byte.
package struct Frame: Equatable, Sendable {
    package let tag: UInt8
    /// Tag, length and body.
    package let bytes: ByteBuffer

    /// `bytes` must be a whole frame: `FrameReader` and `encode` are the only makers.
    init(tag: UInt8, bytes: ByteBuffer) {
        self.tag = tag
        self.bytes = bytes
    }

    /// What follows tag and length; a view, not a copy.
    package var body: ByteBuffer {
        bytes.getSlice(
            at: bytes.readerIndex + FrameHeader.byteCount, length: bytes.readableBytes - FrameHeader.byteCount)
            ?? ByteBuffer()
    }
}

extension ByteBuffer {
    /// Writes tag, length and whatever `body` appends. The body of a message of ours is far below 2 GiB.
    package mutating func writeFrame(tag: UInt8, _ body: (inout ByteBuffer) -> Void) {
        writeInteger(tag)
        let lengthIndex = writerIndex
        writeInteger(UInt32(0))
        body(&self)
        setInteger(UInt32(clamping: writerIndex - lengthIndex), at: lengthIndex)
    }

    /// Writes the bytes and a NUL. `bytes` must hold no NUL: a reader would see the rest as the next field.
    mutating func writeTerminated(_ bytes: some Sequence<UInt8>) {
        writeBytes(bytes)
        writeInteger(UInt8(0))
    }

    /// - Returns: the bytes before the next NUL, which is consumed too; `nil`, with nothing consumed, without a NUL.
    mutating func readTerminated() -> [UInt8]? {
        guard let length = readableBytesView.firstIndex(of: 0).map({ $0 - readerIndex }) else { return nil }
        let bytes = readBytes(length: length)
        moveReaderIndex(forwardBy: 1)
        return bytes
    }
}
