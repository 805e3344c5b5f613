internal import NIOCore

/// How much room each read of a socket gets: what the last reads needed, between 1 and 64 KiB.
///
/// Offers no size for reuse on purpose. NIO would then keep the buffers of a burst with the connection, and thousands of
/// idle connections would each hold the memory of their last `COPY`.
struct ReceiveBuffers: RecvByteBufferAllocator {
    static let least = 1024
    static let most = 65536

    private(set) var size = least
    /// Two small reads in a row make the next room smaller: the end of a burst is often one of them.
    private var wasSmall = false

    func buffer(allocator: ByteBufferAllocator) -> ByteBuffer {
        allocator.buffer(capacity: size)
    }

    mutating func record(actualReadBytes: Int) -> Bool {
        let before = size
        let isSmall = actualReadBytes <= size / 2
        if actualReadBytes >= size {
            size = min(size * 4, Self.most)
        } else if isSmall && wasSmall {
            size = max(size / 2, Self.least)
        }
        wasSmall = isSmall
        return size > before
    }
}
