import NIOCore
import PostgresWire
import Testing

struct FrameReaderTests {
    @Test func `a frame comes out whole however it arrives`() throws {
        let sent = ByteBuffer.frame("S", Array("a\0b\0".utf8))
        var reader = FrameReader(bodyLimit: 64)
        for byte in sent.bytes.dropLast() {
            reader.append(ByteBuffer(bytes: [byte]))
            #expect(try reader.next() == nil)
        }
        reader.append(ByteBuffer(bytes: [0]))
        let frame = try #require(try reader.next())
        #expect(frame.tag == UInt8(ascii: "S"))
        #expect(frame.bytes == sent)
        #expect(frame.body.bytes == Array("a\0b\0".utf8))
        #expect(try reader.next() == nil)
    }

    @Test func `what is not a frame of ours is handed on`() throws {
        var reader = FrameReader(bodyLimit: 64)
        var sent = ByteBuffer.frame("p", [1, 2])
        sent.writeString("Q and more")
        reader.append(sent)
        #expect(try reader.next()?.body.bytes == [1, 2])
        #expect(reader.takeSurplus() == ByteBuffer(string: "Q and more"))
        #expect(reader.takeSurplus().readableBytes == 0)
    }

    @Test func `a body may be as long as the limit and no longer`() throws {
        var reader = FrameReader(bodyLimit: 3)
        reader.append(.frame("p", [1, 2, 3]))
        #expect(try reader.next() != nil)
        reader.append(ByteBuffer(bytes: [0x70, 0, 0, 0, 8]))
        #expect(throws: FrameHeader.Malformed.bodyTooLarge(4, limit: 3)) { try reader.next() }
    }

    @Test(arguments: [0, 1, 3] as [UInt8]) func `a length below four is refused`(length: UInt8) {
        var reader = FrameReader(bodyLimit: 64)
        reader.append(ByteBuffer(bytes: [0x70, 0, 0, 0, length]))
        #expect(throws: FrameHeader.Malformed.lengthBelowFour(UInt32(length))) { try reader.next() }
    }

    @Test func `a length of four gigabytes is refused before anything is kept for it`() {
        var reader = FrameReader(bodyLimit: .max)
        reader.append(ByteBuffer(bytes: [0x70, 0x7F, 0xFF, 0xFF, 0xFF]))
        #expect(throws: Never.self) { try reader.next() }
        var bounded = FrameReader(bodyLimit: FrameReader.Limit.clientLogin)
        bounded.append(ByteBuffer(bytes: [0x70, 0xFF, 0xFF, 0xFF, 0xFF]))
        #expect(throws: FrameHeader.Malformed.bodyTooLarge(0xFFFF_FFFB, limit: 1_024)) { try bounded.next() }
    }
}
