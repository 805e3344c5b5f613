import NIOCore
import PostgresWire

extension ByteBuffer {
    /// A first packet: its length, then a code, then the body.
    static func packet(_ code: UInt32, _ body: [UInt8] = []) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeMultipleIntegers(UInt32(8 + body.count), code)
        buffer.writeBytes(body)
        return buffer
    }

    static let sslRequest = packet(80_877_103)
    static let gssEncryptionRequest = packet(80_877_104)

    static func startup(_ version: UInt32 = 196_608, _ body: String = "user\0alice\0\0") -> ByteBuffer {
        packet(version, Array(body.utf8))
    }

    static func frame(_ tag: Character, _ body: [UInt8] = []) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeFrame(tag: tag.asciiValue ?? 0) { $0.writeBytes(body) }
        return buffer
    }

    var bytes: [UInt8] { Array(readableBytesView) }
}

/// The frames in the bytes; whatever is not a whole frame is left out.
func frames(in buffer: ByteBuffer) throws -> [Frame] {
    var reader = FrameReader(bodyLimit: 1 << 20)
    reader.append(buffer)
    var frames: [Frame] = []
    while let frame = try reader.next() { frames.append(frame) }
    return frames
}
