/// The body of a ClientHello's `server_name` extension (RFC 6066 §3): `UInt16` length of the list, and of each entry a
/// kind and a `UInt16` length.
enum ServerNameExtension {
    private static let hostName: UInt8 = 0
    private static let lengthLimit = 255

    /// - Returns: the first host name, `nil` when there is none or the bytes are malformed; then OpenSSL refuses them.
    static func hostName(in body: [UInt8]) -> String? {
        guard body.count >= 2, number(body[0..<2]) == body.count - 2 else { return nil }
        var rest = body[2...]
        while rest.count >= 3 {
            let kind = rest[rest.startIndex]
            let length = number(rest.dropFirst().prefix(2))
            let name = rest.dropFirst(3).prefix(length)
            guard name.count == length else { return nil }
            if kind == hostName {
                guard (1...lengthLimit).contains(length), !name.contains(0) else { return nil }
                return String(validating: name, as: UTF8.self)
            }
            rest = rest.dropFirst(3 + length)
        }
        return nil
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.reduce(0) { $0 << 8 | Int($1) }
    }
}
