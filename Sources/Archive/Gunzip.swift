internal import CZlib

/// Unpacks gzip (RFC 1952) as it comes: bytes are given with `push`, and taken out in pieces of at most `pieceLimit`, so
/// that a small input which unpacks to a huge output never stands in memory. How much is too much the taker decides.
///
/// The one owner of a `z_stream`, which zlib wants to find at one address for life.
@safe package struct Gunzip: ~Copyable {
    package enum Failure: Error, Equatable {
        /// Not gzip, or damaged: the check sums are zlib's own work.
        case malformed(String)
        /// The input ended in the middle.
        case truncated
        case outOfMemory
    }

    /// Bytes of one piece of output.
    package static let pieceLimit = 64 * 1024
    /// The first two bytes of every gzip.
    package static let magic: [UInt8] = [0x1F, 0x8B]
    /// The largest window there is, plus 16: gzip's header and nothing else (zlib.h, `inflateInit2`).
    private static let windowBits: CInt = 15 + 16

    private let stream: UnsafeMutablePointer<z_stream>
    private var input: [UInt8] = []
    private var taken = 0
    /// The last piece was full, so that zlib may hold more without more input.
    private var mayHoldMore = false
    /// At least one member is whole, and the next has not begun.
    private var isBetweenMembers = false

    package init() throws(Failure) {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        guard unsafe sidecar_inflateInit2(stream, Self.windowBits) == Z_OK else { throw .outOfMemory }
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deinitialize(count: 1)
        unsafe stream.deallocate()
    }

    /// More input. Everything before it must have been taken out: `next` has returned `nil`.
    package mutating func push(_ bytes: [UInt8]) {
        input = taken < input.count ? Array(input[taken...]) + bytes : bytes
        taken = 0
    }

    /// - Returns: the next piece of output, or `nil` when more input is needed.
    package mutating func next() throws(Failure) -> [UInt8]? {
        while taken < input.count || mayHoldMore {
            if isBetweenMembers && !mayHoldMore {
                // Another member follows; its output is appended to the first one's (RFC 1952 §2.2).
                guard unsafe inflateReset(stream) == Z_OK else { throw .malformed("the decompressor cannot go on") }
                isBetweenMembers = false
            }
            let piece = try inflateOnce()
            if !piece.isEmpty { return piece }
        }
        return nil
    }

    /// The input has ended.
    package func finish() throws(Failure) {
        guard isBetweenMembers else { throw .truncated }
    }

    private mutating func inflateOnce() throws(Failure) -> [UInt8] {
        var status: CInt = Z_OK
        var used = 0
        let (stream, rest) = unsafe (self.stream, input[taken...])
        let piece = unsafe [UInt8](unsafeUninitializedCapacity: Self.pieceLimit) { output, count in
            unsafe rest.withUnsafeBufferPointer { source in
                // zlib reads through this pointer and writes nothing.
                unsafe stream.pointee.next_in = unsafe UnsafeMutablePointer(mutating: source.baseAddress)
                unsafe stream.pointee.avail_in = UInt32(clamping: source.count)
                unsafe stream.pointee.next_out = output.baseAddress
                unsafe stream.pointee.avail_out = UInt32(output.count)
                status = unsafe inflate(stream, Z_NO_FLUSH)
                unsafe used = source.count - Int(stream.pointee.avail_in)
                unsafe count = output.count - Int(stream.pointee.avail_out)
            }
        }
        taken += used
        mayHoldMore = piece.count == Self.pieceLimit && status == Z_OK
        switch status {
        case Z_OK: break
        case Z_STREAM_END: isBetweenMembers = true
        case Z_BUF_ERROR: mayHoldMore = false  // Nothing to do without more input, which is no error.
        case Z_MEM_ERROR: throw .outOfMemory
        case _: throw .malformed(unsafe stream.pointee.msg.map { unsafe String(cString: $0) } ?? "zlib says \(status)")
        }
        return piece
    }
}
