internal import CZlib

/// The one owner of a `z_stream` that compresses.
@safe final class Deflater: @unchecked Sendable {
    // Sendable: `Gzip` hands it to one call at a time, and takes it back when that one is done.
    /// zlib keeps a pointer back to it, so it stays where it is.
    private let stream: UnsafeMutablePointer<z_stream>

    /// - Returns: `nil` without memory.
    init?() {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let result = unsafe deflateInit2_(
            stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, ZlibFormat.gzipWindowBits, ZlibFormat.memoryLevel,
            Z_DEFAULT_STRATEGY, ZLIB_VERSION, ZlibFormat.streamSize)
        guard result == Z_OK else {
            unsafe stream.deallocate()
            return nil
        }
    }

    deinit {
        unsafe deflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// - Returns: `nil` when zlib refuses, which it does for messages of 4 GiB and more.
    func compress(_ message: [UInt8]) -> [UInt8]? {
        guard unsafe deflateReset(stream) == Z_OK, let inputCount = UInt32(exactly: message.count) else { return nil }
        let bound = unsafe Int(clamping: deflateBound(stream, UInt(message.count)))
        guard let roomCount = UInt32(exactly: bound) else { return nil }
        // zlib's field is not const, but it does not write there.
        var input = message
        var result = Z_STREAM_ERROR
        let output = unsafe [UInt8](unsafeUninitializedCapacity: bound) { room, count in
            unsafe input.withUnsafeMutableBufferPointer { input in
                unsafe stream.pointee.next_in = input.baseAddress
                unsafe stream.pointee.avail_in = inputCount
                unsafe stream.pointee.next_out = room.baseAddress
                unsafe stream.pointee.avail_out = roomCount
                unsafe result = deflate(stream, Z_FINISH)
            }
            count = unsafe room.count - Int(stream.pointee.avail_out)
        }
        return result == Z_STREAM_END ? output : nil
    }
}

/// What both directions tell zlib about the form of the bytes.
enum ZlibFormat {
    /// The largest window, and 16 more for gzip's head and tail instead of zlib's. zlib manual, `deflateInit2`.
    static let gzipWindowBits: Int32 = 15 + 16
    /// zlib's own default.
    static let memoryLevel: Int32 = 8
    static let streamSize = unsafe Int32(MemoryLayout<z_stream>.size)
}
