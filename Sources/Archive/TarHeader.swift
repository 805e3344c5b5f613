/// One 512-byte header block of a tar archive. POSIX.1-2017, pax, “ustar Interchange Format”.
struct TarHeader {
    enum Kind: Equatable { case file, directory }

    static let byteCount = 512

    var kind: Kind
    /// As it stands there, prefix and name joined.
    var path: [UInt8]
    var size: Int

    private enum Field {
        static let name = 0..<100
        static let size = 124..<136
        static let checksum = 148..<156
        static let type = 156
        static let magic = 257..<263
        static let prefix = 345..<500
    }

    /// - Parameter block: `byteCount` bytes, not all zero.
    init(_ block: [UInt8]) throws(TarFailure) {
        let sum = block.enumerated().reduce(0) { sum, byte in
            sum + (Field.checksum.contains(byte.offset) ? 0x20 : Int(byte.element))
        }
        guard Self.number(block[Field.checksum]) == sum else { throw .badChecksum }
        switch block[Field.type] {
        case UInt8(ascii: "0"), 0: kind = .file
        case UInt8(ascii: "5"): kind = .directory
        case UInt8(ascii: "1"), UInt8(ascii: "2"): throw .link(Self.shown(Self.text(block[Field.name])))
        case let type: throw .unsupportedType(type)
        }
        guard let size = Self.number(block[Field.size]) else { throw .badSize }
        self.size = size
        path = Self.text(block[Field.name])
        // GNU's own format has other things where ustar has the prefix.
        if block[Field.magic].elementsEqual("ustar\0".utf8) {
            let prefix = Self.text(block[Field.prefix])
            if !prefix.isEmpty { path = prefix + [UInt8(ascii: "/")] + path }
        }
    }

    /// For messages: whatever a stranger put there, on one line.
    static func shown(_ path: [UInt8]) -> String {
        String(decoding: path.prefix(100).map { (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }

    private static func text(_ field: ArraySlice<UInt8>) -> [UInt8] { Array(field.prefix { $0 != 0 }) }

    /// Octal digits between spaces and NULs; or, with the top bit set, GNU's binary form, the most significant byte first.
    private static func number(_ field: ArraySlice<UInt8>) -> Int? {
        guard let first = field.first else { return nil }
        if first & 0x80 != 0 {
            let bytes = [first & 0x7F] + field.dropFirst()
            guard bytes.dropLast(7).allSatisfy({ $0 == 0 }) else { return nil }
            return bytes.suffix(7).reduce(0) { $0 << 8 | Int($1) }
        }
        let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0x20 && $0 != 0 }
        guard !digits.isEmpty, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }) else {
            return nil
        }
        return digits.reduce(0) { $0 << 3 | Int($1 - UInt8(ascii: "0")) }
    }
}
