import NIOCore
import PostgresWire
import TestKit
import Testing

struct FrameBoundaryTests {
    private struct Begun: Equatable {
        var tag: UInt8
        var first: UInt8?
        var length: Int
    }

    private let frames = [
        ByteBuffer.frame("1"), .frame("D", Array(repeating: 0x58, count: 300)), .frame("Z", [0x49]), .frame("n"),
        .frame("C", Array("SELECT 1\0".utf8)),
    ]
    private let begun = [
        Begun(tag: 0x31, first: nil, length: 0), Begun(tag: 0x44, first: 0x58, length: 300),
        Begun(tag: 0x5A, first: 0x49, length: 1), Begun(tag: 0x6E, first: nil, length: 0),
        Begun(tag: 0x43, first: 0x53, length: 9),
    ]

    @Test func `frames and boundaries are the same, however their bytes arrive`() {
        for size in 1...400 {
            var boundary = FrameBoundary()
            var seen: [Begun] = []
            var ends: Set<Int> = [0]
            var stream = ByteBuffer()
            for frame in frames {
                stream.writeImmutableBuffer(frame)
                ends.insert(stream.readableBytes)
            }
            var count = 0
            #expect(boundary.isReached)
            while let chunk = stream.readSlice(length: min(size, max(stream.readableBytes, 1))) {
                boundary.passed(chunk.readableBytesSpan) { seen.append(Begun(tag: $0, first: $1, length: $2)) }
                count += chunk.readableBytes
                #expect(boundary.isReached == ends.contains(count), "\(size) bytes at a time, at \(count)")
            }
            #expect(seen == begun, "\(size) bytes at a time")
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

extension FrameBoundary {
    fileprivate mutating func passed(_ bytes: ByteBuffer) {
        passed(bytes.readableBytesSpan) { _, _, _ in }
    }
}
