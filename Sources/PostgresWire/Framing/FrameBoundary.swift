/// Follows frames in bytes that are passed on unread: knows each frame's tag, and whether the last frame has ended.
///
/// A long frame costs nothing but a subtraction for each chunk; a short one the five bytes of its header. Begins at a
/// boundary. Keeps no bytes.
package struct FrameBoundary: Equatable, Sendable {
    private enum State: Equatable {
        /// This many bytes of a header have come, the tag first; `length` holds what they say so far.
        case header(count: Int, tag: UInt8, length: UInt32)
        /// The header has come, and nothing of the body, which is not empty.
        case bodyAwaited(tag: UInt8, length: Int)
        case body(missing: Int)
        /// What came is no frame, so nothing behind it can be told apart.
        case lost
    }

    private static let start = State.header(count: 0, tag: 0, length: 0)
    private var state = Self.start

    package init() {}

    /// Whether a frame of ours may follow.
    package var isReached: Bool { state == Self.start }

    /// These bytes went by.
    /// - Parameter began: called for each frame with its tag and its body's length, as soon as the first byte of its body
    ///   is there too;
    ///   `nil` for an empty body.
    package mutating func passed(_ bytes: RawSpan, _ began: (_ tag: UInt8, _ first: UInt8?, _ length: Int) -> Void) {
        if skip(bytes.byteCount) { return }
        bytes.withUnsafeBytes { walk($0, began) }
    }

    /// - Returns: whether all of the bytes lie within the body under way.
    private mutating func skip(_ count: Int) -> Bool {
        guard case .body(let missing) = state, missing > count else { return false }
        state = .body(missing: missing - count)
        return true
    }

    private mutating func walk(_ bytes: UnsafeRawBufferPointer, _ began: (UInt8, UInt8?, Int) -> Void) {
        var index = 0
        while index < bytes.count {
            switch state {
            case .lost:
                return
            case .body(let missing):
                let step = min(missing, bytes.count - index)
                index += step
                state = step == missing ? Self.start : .body(missing: missing - step)
            case .bodyAwaited(let tag, let length):
                began(tag, bytes[index], length)
                state = .body(missing: length)
            case .header(0, _, _) where bytes.count - index >= FrameHeader.byteCount:
                let length = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: index + 1, as: UInt32.self))
                finishHeader(bytes[index], length, began)
                index += FrameHeader.byteCount
            case .header(0, _, _):
                state = .header(count: 1, tag: bytes[index], length: 0)
                index += 1
            case .header(let count, let tag, let length):
                let length = length << 8 | UInt32(bytes[index])
                index += 1
                if count + 1 == FrameHeader.byteCount {
                    finishHeader(tag, length, began)
                } else {
                    state = .header(count: count + 1, tag: tag, length: length)
                }
            }
        }
    }

    /// - Parameter length: counts itself.
    private mutating func finishHeader(_ tag: UInt8, _ length: UInt32, _ began: (UInt8, UInt8?, Int) -> Void) {
        switch length {
        case ..<4:
            state = .lost
        case 4:
            began(tag, nil, 0)
            state = Self.start
        default:
            state = .bodyAwaited(tag: tag, length: Int(length) - 4)
        }
    }
}
