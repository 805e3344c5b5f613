internal import NIOCore

/// How much room each read of a socket gets: what the last reads needed, between 1 KiB and a limit.
///
/// Offers no size for reuse on purpose. NIO would then keep the buffers of a burst with the connection, and thousands of
/// idle connections would each hold the memory of their last `COPY`.
struct ReceiveBuffers: RecvByteBufferAllocator {
    static let least = 1024

    /// Bytes of one read at most.
    let most: Int
    private(set) var size = least
    /// Two small reads in a row make the next room smaller: the end of a burst is often one of them.
    private var wasSmall = false
    private let spare: NIOLoopBound<SpareBuffer>?

    /// - Parameter spare: what reads are done with instead of a new buffer each, of those who give it back.
    init(most: Int = 65536, spare: NIOLoopBound<SpareBuffer>? = nil) {
        self.most = most
        self.spare = spare
    }

    func buffer(allocator: ByteBufferAllocator) -> ByteBuffer {
        spare?.value.take(minimumCapacity: size) ?? allocator.buffer(capacity: size)
    }

    mutating func record(actualReadBytes: Int) -> Bool {
        let before = size
        let isSmall = actualReadBytes <= size / 2
        if actualReadBytes >= size {
            size = min(size * 4, most)
        } else if isSmall && wasSmall {
            size = max(size / 2, Self.least)
        }
        wasSmall = isSmall
        return size > before
    }
}
