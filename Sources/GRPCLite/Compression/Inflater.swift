internal import CZlib

/// The one owner of a `z_stream` that decompresses.
@safe final class Inflater: @unchecked Sendable {
    // Sendable: `Gzip` hands it to one call at a time, and takes it back when that one is done.
    /// zlib keeps a pointer back to it, so it stays where it is.
    private let stream: UnsafeMutablePointer<z_stream>

    /// The first guess at what comes out; it doubles as long as more does.
    private static let firstRoom = 16 * 1024

    /// - Returns: `nil` without memory.
    init?() {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let result = unsafe inflateInit2_(stream, ZlibFormat.gzipWindowBits, ZLIB_VERSION, ZlibFormat.streamSize)
        guard result == Z_OK else {
            unsafe stream.deallocate()
            return nil
        }
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// - Parameter limit: memory grows with what comes out, and stops one byte above it.
    func decompress(_ bytes: [UInt8], limit: Int) throws(Gzip.Failure) -> [UInt8] {
        guard unsafe inflateReset(stream) == Z_OK, let inputCount = UInt32(exactly: bytes.count) else {
            throw .malformed
        }
        // zlib's field is not const, but it does not write there.
        var input = bytes
        var output: [UInt8] = []
        let result = unsafe input.withUnsafeMutableBufferPointer { input in
            unsafe stream.pointee.next_in = input.baseAddress
            unsafe stream.pointee.avail_in = inputCount
            return unpack(into: &output, limit: limit)
        }
        guard output.count <= limit else { throw .tooLong(limit: limit) }
        guard result == Z_STREAM_END, unsafe stream.pointee.avail_in == 0 else { throw .malformed }
        return output
    }

    /// - Returns: zlib's last word: `Z_STREAM_END` for a whole message.
    private func unpack(into output: inout [UInt8], limit: Int) -> Int32 {
        var room = min(limit + 1, Self.firstRoom)
        var result = Z_OK
        while result == Z_OK, output.count <= limit {
            let size = min(room, limit + 1 - output.count)
            let chunk = unsafe [UInt8](unsafeUninitializedCapacity: size) { chunk, count in
                unsafe stream.pointee.next_out = chunk.baseAddress
                unsafe stream.pointee.avail_out = UInt32(clamping: size)
                result = unsafe inflate(stream, Z_NO_FLUSH)
                count = unsafe size - Int(stream.pointee.avail_out)
            }
            output.append(contentsOf: chunk)
            room *= 2
            // With the input used up, zlib answers Z_BUF_ERROR the next time.
            if chunk.isEmpty, result == Z_OK { break }
        }
        return result
    }
}
