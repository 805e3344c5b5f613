import CZlib

/// Packed bytes for tests.
enum Gzip {
    static func pack(_ bytes: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        sidecar_deflateInit2(&stream, 6, 31, 8)
        defer { deflateEnd(&stream) }
        var output = [UInt8](repeating: 0, count: bytes.count + bytes.count / 100 + 1024)
        var input = bytes
        let count = output.count
        input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(target.count)
                deflate(&stream, Z_FINISH)
            }
        }
        return Array(output[..<(count - Int(stream.avail_out))])
    }
}
