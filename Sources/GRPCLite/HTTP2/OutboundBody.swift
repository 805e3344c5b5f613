/// The bytes a stream still has to send, and how it ends after them.
struct OutboundBody {
    enum End {
        case open
        /// END_STREAM goes on the last DATA frame.
        case withStream
        /// A header block ends the stream.
        case withTrailers([HeaderField])
    }

    var end = End.open
    /// nghttp2 found nothing to send and waits to be told that there is more.
    var isDeferred = false
    private var chunks: [[UInt8]] = []
    private var head = 0
    private var headOffset = 0

    var isEmpty: Bool { head == chunks.count }

    mutating func append(_ chunk: [UInt8]) {
        guard !chunk.isEmpty else { return }
        chunks.append(chunk)
    }

    /// - Returns: the next bytes, at most `limit` and all from one chunk; `nil` when there are none.
    mutating func next(limit: Int) -> ArraySlice<UInt8>? {
        guard !isEmpty, limit > 0 else { return nil }
        let slice = chunks[head].dropFirst(headOffset).prefix(limit)
        headOffset += slice.count
        if headOffset == chunks[head].count { moveToNextChunk() }
        return slice
    }

    private mutating func moveToNextChunk() {
        chunks[head] = []
        head += 1
        headOffset = 0
        if isEmpty {
            chunks.removeAll(keepingCapacity: true)
            head = 0
        }
    }
}
