import CZlib

/// Archives for tests, right ones and wrong ones.
enum ArchiveMaker {
    /// A header block with a right checksum.
    static func header(
        _ name: String, size: String = "00000000000", type: Character = "0", prefix: String = "",
        magic: String = "ustar\u{0}"
    ) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) {
            block.replaceSubrange(offset..<offset + text.utf8.count, with: Array(text.utf8))
        }
        put(name, at: 0)
        put("0000600", at: 100)
        put(size, at: 124)
        put("        ", at: 148)
        put(String(type), at: 156)
        put(magic, at: 257)
        put(prefix, at: 345)
        let sum = block.reduce(0) { $0 + Int($1) }
        let digits = String(sum, radix: 8)
        put(String(repeating: "0", count: 6 - digits.count) + digits + "\u{0} ", at: 148)
        return block
    }

    static func file(_ name: String, _ content: [UInt8]) -> [UInt8] {
        let padding = (512 - content.count % 512) % 512
        let digits = String(content.count, radix: 8)
        return header(name, size: String(repeating: "0", count: 11 - digits.count) + digits) + content
            + [UInt8](repeating: 0, count: padding)
    }

    static let end = [UInt8](repeating: 0, count: 1024)

    static func gzip(_ bytes: [UInt8]) -> [UInt8] {
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
