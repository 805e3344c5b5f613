/// Follows the frames through the bytes of a peer, whatever becomes of them: nghttp2 does not tell of those that it drops,
/// nor when a frame has come whole whose stream has gone. RFC 9113 §4.1, §6.10.
struct FrameFollower {
    private enum FrameType {
        static let headers: UInt8 = 0x1
        static let pushPromise: UInt8 = 0x5
        static let continuation: UInt8 = 0x9
        static let endsHeaders: UInt8 = 0x4
    }

    private static let prefaceLength = 24
    private static let headLength = 9

    /// The header block whose first frame's head has come and whose last frame has not come whole, counted up from the
    /// connection's first; `nil` when there is none.
    private(set) var openHeaderBlock: Int?
    private var lastHeaderBlock = 0
    /// Of the preface, or of the frame whose head has come.
    private var bytesLeft: Int
    /// Length, type and flags of the frame, as far as they have come.
    private var head: UInt64 = 0
    private var headCount = 0
    private var endsHeaderBlock = false

    /// - Parameter ofClient: its first bytes are the preface, which is no frame.
    init(ofClient: Bool) {
        bytesLeft = ofClient ? Self.prefaceLength : 0
    }

    mutating func received(_ bytes: borrowing RawSpan) {
        var next = 0
        while next < bytes.byteCount {
            if bytesLeft > 0 {
                let count = min(bytesLeft, bytes.byteCount - next)
                next += count
                bytesLeft -= count
                if bytesLeft == 0 { frameEnded() }
                continue
            }
            // The stream's number, the last four bytes, is of no interest.
            if headCount < Self.headLength - 4 {
                head = head << 8 | UInt64(unsafe bytes.unsafeLoad(fromByteOffset: next, as: UInt8.self))
            }
            headCount += 1
            next += 1
            if headCount == Self.headLength { frameBegan() }
        }
    }

    private mutating func frameBegan() {
        let (type, flags) = (UInt8(truncatingIfNeeded: head >> 8), UInt8(truncatingIfNeeded: head))
        bytesLeft = Int(head >> 16)
        switch type {
        case FrameType.headers, FrameType.pushPromise:
            lastHeaderBlock += 1
            openHeaderBlock = lastHeaderBlock
            endsHeaderBlock = flags & FrameType.endsHeaders != 0
        case FrameType.continuation:
            endsHeaderBlock = flags & FrameType.endsHeaders != 0
        default:
            // Between the frames of a block there may be no other; nghttp2 ends the connection.
            break
        }
        (head, headCount) = (0, 0)
        if bytesLeft == 0 { frameEnded() }
    }

    private mutating func frameEnded() {
        guard endsHeaderBlock else { return }
        endsHeaderBlock = false
        openHeaderBlock = nil
    }
}
