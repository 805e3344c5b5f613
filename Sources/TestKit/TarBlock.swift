/// The header blocks of tar archives for tests, right ones and wrong ones.
package enum TarBlock {
    /// With a right checksum.
    package static func header(
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

    package static func file(_ name: String, _ content: [UInt8]) -> [UInt8] {
        let padding = (512 - content.count % 512) % 512
        let digits = String(content.count, radix: 8)
        let size = String(repeating: "0", count: 11 - digits.count) + digits
        return header(name, size: size) + content + [UInt8](repeating: 0, count: padding)
    }

    /// What ends an archive.
    package static let end = [UInt8](repeating: 0, count: 1024)
}
