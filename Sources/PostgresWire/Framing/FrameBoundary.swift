package import NIOCore

/// Follows frames in bytes that are passed on unread: knows whether the last of them ended one.
///
/// A long frame costs nothing but a subtraction for each chunk; a short one the five bytes of its header. Begins at a
/// boundary.
package struct FrameBoundary: Equatable, Sendable {
    private enum State: Equatable {
        /// This many bytes of a header have come; `length` holds what they say so far.
        case header(count: Int, length: UInt32)
        case body(missing: Int)
        /// What came is no frame, so nothing behind it can be told apart.
        case lost
    }

    private var state = State.header(count: 0, length: 0)

    package init() {}

    /// Whether a frame of ours may follow.
    package var isReached: Bool { state == .header(count: 0, length: 0) }

    /// These bytes went by.
    package mutating func passed(_ bytes: ByteBuffer) {
        if case .body(let missing) = state, missing > bytes.readableBytes {
            state = .body(missing: missing - bytes.readableBytes)
            return
        }
        bytes.withUnsafeReadableBytes { walk($0) }
    }

    private mutating func walk(_ bytes: UnsafeRawBufferPointer) {
        var index = 0
        while index < bytes.count {
            switch state {
            case .lost:
                return
            case .body(let missing):
                let step = min(missing, bytes.count - index)
                index += step
                state = step == missing ? .header(count: 0, length: 0) : .body(missing: missing - step)
            case .header(0, _) where bytes.count - index >= FrameHeader.byteCount:
                let length = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: index + 1, as: UInt32.self))
                index += FrameHeader.byteCount
                finishHeader(length)
            case .header(let count, let length):
                // The first byte is the tag.
                let length = count == 0 ? 0 : length << 8 | UInt32(bytes[index])
                index += 1
                if count + 1 == FrameHeader.byteCount {
                    finishHeader(length)
                } else {
                    state = .header(count: count + 1, length: length)
                }
            }
        }
    }

    /// - Parameter length: counts itself.
    private mutating func finishHeader(_ length: UInt32) {
        switch length {
        case ..<4: state = .lost
        case 4: state = .header(count: 0, length: 0)
        default: state = .body(missing: Int(length) - 4)
        }
    }
}
