package import NIOCore

extension ProxyHeader {
    /// Something more to say about the connection, in the specification's numbers (§2.2).
    package struct TLV: Equatable, Sendable {
        package var kind: UInt8
        package var value: [UInt8]

        package init(kind: UInt8, value: [UInt8]) {
            self.kind = kind
            self.value = value
        }

        /// The host name that the client asked for.
        package static func authority(_ name: String) -> TLV { TLV(kind: 0x02, value: Array(name.utf8)) }
    }

    /// Version 2 of this header.
    /// - Parameters:
    ///   - extensions: go behind the addresses, after the private link.
    ///   - checksum: whether a CRC-32C comes last, which receivers that know it verify.
    /// - Returns: `nil` when it would be longer than the format's 65,535 bytes.
    package func encodedV2(extensions: [TLV] = [], checksum: Bool = true) -> ByteBuffer? {
        var body = addresses
        for extension_ in (privateLink.map { [$0.tlv] } ?? []) + extensions {
            guard let length = UInt16(exactly: extension_.value.count) else { return nil }
            body.writeInteger(extension_.kind)
            body.writeInteger(length)
            body.writeBytes(extension_.value)
        }
        if checksum {
            body.writeInteger(V2.Kind.checksum)
            body.writeInteger(UInt16(V2.checksumLength))
            body.writeInteger(UInt32(0))
        }
        guard let length = UInt16(exactly: body.readableBytes) else { return nil }
        var header = ByteBuffer(bytes: V2.signature)
        header.writeInteger(speaker == .balancer ? V2.local : V2.proxy)
        header.writeInteger(family)
        header.writeInteger(length)
        header.writeBuffer(&body)
        if checksum {
            let crc = CRC32C.of(header.readableBytesView)
            header.setInteger(crc, at: header.writerIndex - V2.checksumLength)
        }
        return header
    }

    private var family: UInt8 {
        guard case .client(let source, let destination) = speaker else { return V2.Family.unspecified }
        return isIPv4(source, destination) ? V2.Family.tcp4 : V2.Family.tcp6
    }

    /// Both ends must be of one family: an IPv4 address beside an IPv6 one is written inside an IPv6 one.
    private func isIPv4(_ source: Endpoint, _ destination: Endpoint) -> Bool {
        source.address.family == .v4 && destination.address.family == .v4
    }

    private var addresses: ByteBuffer {
        var buffer = ByteBuffer()
        guard case .client(let source, let destination) = speaker else { return buffer }
        let isIPv4 = isIPv4(source, destination)
        for end in [source, destination] { buffer.writeBytes(isIPv4 ? end.address.bytes : end.address.mappedBytes) }
        for end in [source, destination] { buffer.writeInteger(end.port) }
        return buffer
    }
}

extension ProxyHeader.PrivateLink {
    fileprivate var tlv: ProxyHeader.TLV {
        switch self {
        case .aws(let id):
            ProxyHeader.TLV(
                kind: ProxyHeader.V2.Kind.aws, value: [ProxyHeader.V2.Kind.awsEndpoint] + Array(id.utf8))
        case .azure(let id):
            ProxyHeader.TLV(
                kind: ProxyHeader.V2.Kind.azure,
                value: [ProxyHeader.V2.Kind.azureLink] + (0..<4).map { UInt8(truncatingIfNeeded: id >> (8 * $0)) })
        }
    }
}

extension IPAddress {
    /// 16 bytes; an IPv4 address inside `::ffff:0:0/96`.
    fileprivate var mappedBytes: [UInt8] {
        family == .v6 ? bytes : [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + bytes
    }
}
