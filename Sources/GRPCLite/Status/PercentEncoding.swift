/// The form in which `grpc-message` carries any text: printable ASCII except `%` stays, every other UTF-8 byte becomes
/// `%` and two upper-case hex digits. gRPC over HTTP/2, “Percent-Encoded”.
enum PercentEncoding {
    /// - Parameter limit: of bytes that are put out; the text is cut behind the last whole scalar that fits.
    static func encode(_ text: String, limit: Int = .max) -> String {
        if text.utf8.count <= limit, text.utf8.allSatisfy(isPlain) { return text }
        var encoded: [UInt8] = []
        for scalar in text.unicodeScalars {
            let end = encoded.count
            for byte in UTF8.encode(scalar).map(Array.init) ?? [] {
                if isPlain(byte) {
                    encoded.append(byte)
                } else {
                    encoded += [UInt8(ascii: "%"), hexDigits[Int(byte >> 4)], hexDigits[Int(byte & 0xF)]]
                }
            }
            guard encoded.count <= limit else {
                encoded.removeSubrange(end...)
                break
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// Never fails: a `%` without two hex digits behind it stays as it is.
    static func decode(_ text: String) -> String {
        let bytes = [UInt8](text.utf8)
        guard bytes.contains(UInt8(ascii: "%")) else { return text }
        var decoded: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), bytes.count - index > 2,
                let high = hexValue(bytes[index + 1]), let low = hexValue(bytes[index + 2])
            {
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    private static let hexDigits = [UInt8]("0123456789ABCDEF".utf8)

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x20...0x7E).contains(byte) && byte != UInt8(ascii: "%")
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
