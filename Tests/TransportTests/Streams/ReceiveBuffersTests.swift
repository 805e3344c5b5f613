import Testing

@testable import Transport

struct ReceiveBuffersTests {
    @Test func `room grows while reads fill it, up to a limit`() {
        var buffers = ReceiveBuffers()
        var sizes: [Int] = []
        for _ in 0..<5 {
            sizes.append(buffers.size)
            _ = buffers.record(actualReadBytes: buffers.size)
        }
        #expect(sizes == [1024, 4096, 16384, 65536, 65536])
    }

    @Test func `the limit is a choice`() {
        var buffers = ReceiveBuffers(most: 100_000)
        for _ in 0..<9 { _ = buffers.record(actualReadBytes: buffers.size) }
        #expect(buffers.size == 100_000)
    }

    @Test func `two small reads in a row make it smaller, one does not`() {
        var buffers = ReceiveBuffers()
        for _ in 0..<3 { _ = buffers.record(actualReadBytes: buffers.size) }
        _ = buffers.record(actualReadBytes: 10)
        #expect(buffers.size == 65536)
        for _ in 0..<20 { _ = buffers.record(actualReadBytes: 10) }
        #expect(buffers.size == 1024)
    }
}
