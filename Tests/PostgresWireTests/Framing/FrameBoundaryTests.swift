import NIOCore
import PostgresWire
import TestKit
import Testing

struct FrameBoundaryTests {
    private let frames = [
        ByteBuffer.frame("1"), .frame("D", Array(repeating: 0x58, count: 300)), .frame("Z", [0x49]), .frame("n"),
        .frame("C", Array("SELECT 1\0".utf8)),
    ]

    @Test func `a boundary is where a frame has ended, however its bytes arrive`() {
        for size in 1...400 {
            var boundary = FrameBoundary()
            var ends: Set<Int> = [0]
            var stream = ByteBuffer()
            for frame in frames {
                stream.writeImmutableBuffer(frame)
                ends.insert(stream.readableBytes)
            }
            var count = 0
            #expect(boundary.isReached)
            while let chunk = stream.readSlice(length: min(size, max(stream.readableBytes, 1))) {
                boundary.passed(chunk)
                count += chunk.readableBytes
                #expect(boundary.isReached == ends.contains(count), "\(size) bytes at a time, at \(count)")
            }
        }
    }

    @Test func `the longest frame is followed to its end`() {
        var boundary = FrameBoundary()
        boundary.passed(ByteBuffer(bytes: [0x44, 0xFF, 0xFF, 0xFF, 0xFF]))
        let chunk = ByteBuffer(repeating: 0, count: 1 << 20)
        for _ in 0..<4_095 { boundary.passed(chunk) }
        #expect(!boundary.isReached)
        boundary.passed(ByteBuffer(repeating: 0, count: (1 << 20) - 6))
        #expect(!boundary.isReached)
        boundary.passed(ByteBuffer(bytes: [0]))
        #expect(boundary.isReached)
    }

    @Test func `what is no frame is never at a boundary`() {
        for split in 1...5 {
            var boundary = FrameBoundary()
            let bytes: [UInt8] = [0x44, 0, 0, 0, 3]
            boundary.passed(ByteBuffer(bytes: bytes.prefix(split)))
            boundary.passed(ByteBuffer(bytes: bytes.dropFirst(split)))
            boundary.passed(.frame("Z", [0x49]))
            #expect(!boundary.isReached)
        }
    }
}
