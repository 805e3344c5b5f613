extension ProxyHeader.V2 {
    /// Kinds of TLV that we read or write: `UInt8` kind, `UInt16` length, value.
    enum Kind {
        static let checksum: UInt8 = 0x03
        /// Amazon's, with the first byte of the value as the sub-kind (Elastic Load Balancing, “Proxy protocol”).
        static let aws: UInt8 = 0xEA
        /// Microsoft's, likewise (Azure Private Link service, “Getting connection information using TCP Proxy v2”).
        static let azure: UInt8 = 0xEE
        static let awsEndpoint: UInt8 = 0x01
        static let azureLink: UInt8 = 0x01
    }

    static let checksumLength = 4
    private static let tlvHeadLength = 3
    private static let linkLength = 4

    /// What stands behind the addresses, as far as we read it. Other TLVs are skipped.
    struct Extensions {
        private(set) var privateLink: ProxyHeader.PrivateLink?

        /// - Parameters:
        ///   - header: all of it, since a checksum is over all of it.
        ///   - start: where the first TLV stands.
        init(_ header: [UInt8], from start: Int) throws(ProxyHeader.Malformed) {
            var index = start
            var hasChecksum = false
            while index < header.count {
                guard index + tlvHeadLength <= header.count else { throw .extensions }
                let value = index + tlvHeadLength
                let length = Int(number(header[index + 1..<value]))
                guard value + length <= header.count else { throw .extensions }
                let bytes = header[value..<value + length]
                switch header[index] {
                case Kind.checksum:
                    guard !hasChecksum else { throw .extensions }
                    hasChecksum = true
                    try Self.verify(header, checksum: bytes)
                case Kind.aws where bytes.first == Kind.awsEndpoint: try take(Self.awsEndpoint(bytes.dropFirst()))
                case Kind.azure where bytes.first == Kind.azureLink: try take(Self.azureLink(bytes.dropFirst()))
                default: break
                }
                index = value + length
            }
        }

        /// Of two that differ, a rule could look at the one and we at the other.
        private mutating func take(_ link: ProxyHeader.PrivateLink) throws(ProxyHeader.Malformed) {
            guard privateLink == nil else { throw .extensions }
            privateLink = link
        }

        /// CRC-32C of the header with the checksum's own bytes as zeros.
        private static func verify(
            _ header: [UInt8], checksum: ArraySlice<UInt8>
        ) throws(ProxyHeader.Malformed) {
            guard checksum.count == checksumLength else { throw .checksum }
            var zeroed = header
            zeroed.replaceSubrange(checksum.indices, with: repeatElement(0, count: checksumLength))
            guard CRC32C.of(zeroed) == checksum.reduce(0, { $0 << 8 | UInt32($1) }) else { throw .checksum }
        }

        private static func awsEndpoint(
            _ bytes: ArraySlice<UInt8>
        ) throws(ProxyHeader.Malformed) -> ProxyHeader.PrivateLink {
            let isVisible = bytes.allSatisfy { (0x21...0x7E).contains($0) }
            guard (1...ProxyHeader.Limit.linkName).contains(bytes.count), isVisible else { throw .privateLink }
            return .aws(String(decoding: bytes, as: UTF8.self))
        }

        /// The one number here that is little-endian.
        private static func azureLink(
            _ bytes: ArraySlice<UInt8>
        ) throws(ProxyHeader.Malformed) -> ProxyHeader.PrivateLink {
            guard bytes.count == linkLength else { throw .privateLink }
            return .azure(bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) })
        }
    }
}
