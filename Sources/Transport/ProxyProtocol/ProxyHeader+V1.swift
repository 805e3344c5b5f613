internal import NIOCore

extension ProxyHeader {
    /// `PROXY TCP4 192.0.2.1 198.51.100.7 50000 5432\r\n`.
    enum V1 {
        static let prefix = Array("PROXY ".utf8)
        private static let (carriageReturn, lineFeed) = (UInt8(ascii: "\r"), UInt8(ascii: "\n"))

        /// - Returns: `nil` while the line is not whole.
        static func parse(_ bytes: ByteBufferView) throws(Malformed) -> (ProxyHeader, Int)? {
            guard bytes.prefix(prefix.count).elementsEqual(prefix.prefix(bytes.count)) else { throw .noHeader }
            let line = bytes.prefix(Limit.line)
            guard let end = line.firstIndex(of: lineFeed) else {
                guard line.count < Limit.line else { throw .line }
                return nil
            }
            guard line[..<end].last == carriageReturn else { throw .line }
            let text = line[line.startIndex..<end].dropFirst(prefix.count).dropLast()
            return (ProxyHeader(try speaker(text)), line.distance(from: line.startIndex, to: end) + 1)
        }

        /// - Parameter line: without `PROXY ` and CRLF.
        private static func speaker(_ line: ByteBufferView) throws(Malformed) -> Speaker {
            guard let text = String(validating: line, as: UTF8.self) else { throw .line }
            let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
            // Whatever else stands behind it means nothing.
            if words.first == "UNKNOWN" { return .unknown }
            guard words.count == 5, let family = families[words[0]] else { throw .line }
            let source = try endpoint(words[1], port: words[3], family)
            return .client(source: source, destination: try endpoint(words[2], port: words[4], family))
        }

        private static let families: [String: IPAddress.Family] = ["TCP4": .v4, "TCP6": .v6]

        private static func endpoint(
            _ text: String, port: String, _ family: IPAddress.Family
        ) throws(Malformed) -> Endpoint {
            // By its spelling, since an IPv4 address inside an IPv6 one counts as the former.
            guard text.contains(":") == (family == .v6), let address = IPAddress(text) else { throw .line }
            guard let number = UInt16(port), String(number) == port else { throw .line }
            return Endpoint(address: address, port: number)
        }
    }
}
