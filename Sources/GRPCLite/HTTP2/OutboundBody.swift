/// The bytes a stream still has to send, and how it ends after them.
struct OutboundBody {
    enum End {
        case open
        /// END_STREAM goes on the last DATA frame.
        case withStream
        /// A header block ends the stream.
        case withTrailers([HeaderField])
        /// The same, of fields that are known when the program is built.
        case withConstants([ConstantField])
    }

    var end = End.open
    /// nghttp2 found nothing to send and waits to be told that there is more.
    var isDeferred = false
    /// The headers before it have left.
    var isBegun = false
    /// Somebody waits to hear how much has been sent.
    var isReported = true
    /// What goes before the chunk: the low bytes of a number, highest first, so that no message is copied for its prefix.
    private var prefix: UInt64 = 0
    private var prefixLeft = 0
    /// The chunk that is being sent; most answers have no other.
    private var chunk: [UInt8] = []
    private var offset = 0
    private var waiting: [[UInt8]] = []
    /// Bytes that have not been moved to a frame.
    private(set) var byteCount = 0
    private var messagesMoved = 0
    /// What has to move before it is next asked whether this is stalled.
    private var owed = 0
    private var nextWaiting = 0

    init() {}

    /// One message and the end. Nobody hears how much of it has been sent.
    init(message: [UInt8], prefix: UInt64, then end: End) {
        (chunk, self.prefix, self.end) = (message, prefix, end)
        prefixLeft = MessageFrame.prefixLength
        byteCount = prefixLeft + message.count
        isReported = false
    }

    var isEmpty: Bool { prefixLeft == 0 && offset == chunk.count }

    mutating func append(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        byteCount += bytes.count
        if isEmpty {
            (chunk, offset) = (bytes, 0)
        } else {
            waiting.append(bytes)
        }
    }

    /// Moves the next bytes to where they are wanted.
    /// - Returns: how many: all that there are, as far as they fit.
    @discardableResult
    mutating func fill(_ frame: UnsafeMutableRawBufferPointer) -> Int {
        var filled = 0
        while prefixLeft > 0, filled < frame.count {
            prefixLeft -= 1
            unsafe frame[filled] = UInt8(truncatingIfNeeded: prefix >> UInt64(8 * prefixLeft))
            filled += 1
        }
        if filled > 0, isEmpty { messagesMoved += 1 }
        while !isEmpty, filled < frame.count {
            let count = min(frame.count - filled, chunk.count - offset)
            unsafe chunk.withUnsafeBytes { bytes in
                unsafe UnsafeMutableRawBufferPointer(rebasing: frame[filled..<filled + count])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count]))
            }
            offset += count
            filled += count
            if isEmpty {
                messagesMoved += 1
                moveToNextChunk()
            }
        }
        byteCount -= filled
        owed = isEmpty ? 0 : max(0, owed - filled)
        return filled
    }

    /// - Returns: how many messages the last of their bytes has been moved of, since this was last asked.
    mutating func takeMessagesMoved() -> Int {
        defer { messagesMoved = 0 }
        return messagesMoved
    }

    /// Whether there was always something to send since this was last asked, and less of it has been sent than was asked
    /// for then.
    /// - Parameter least: bytes that have to move until the next time.
    mutating func isStalledSinceLastAsked(least: Int) -> Bool {
        defer { owed = isEmpty ? 0 : least }
        return !isEmpty && owed > 0
    }

    private mutating func moveToNextChunk() {
        offset = 0
        guard nextWaiting < waiting.count else {
            chunk = []
            return
        }
        chunk = waiting[nextWaiting]
        waiting[nextWaiting] = []
        nextWaiting += 1
        if nextWaiting == waiting.count {
            waiting.removeAll(keepingCapacity: true)
            nextWaiting = 0
        }
    }
}
