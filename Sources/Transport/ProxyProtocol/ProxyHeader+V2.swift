internal import NIOCore

extension ProxyHeader {
    /// Signature, version and command, family and transport, `UInt16` length; addresses and TLVs.
    enum V2 {
        static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
        static let headLength = 16
        static let (local, proxy): (UInt8, UInt8) = (0x20, 0x21)

        /// The second byte of a head's last four: address family in the upper half, transport in the lower.
        enum Family {
            static let unspecified: UInt8 = 0x00
            static let (tcp4, udp4): (UInt8, UInt8) = (0x11, 0x12)
            static let (tcp6, udp6): (UInt8, UInt8) = (0x21, 0x22)
        }

        /// - Returns: `nil` while the header is not whole.
        static func parse(_ bytes: ByteBuffer) throws(Malformed) -> (ProxyHeader, Int)? {
            let view = bytes.readableBytesView
            guard view.prefix(signature.count).elementsEqual(signature.prefix(view.count)) else { throw .noHeader }
            guard let head = Head(bytes) else { return nil }
            guard head.command == local || head.command == proxy else { throw .command(head.command) }
            guard head.length <= Limit.body else { throw .length(head.length) }
            let whole = headLength + Int(head.length)
            guard let header = bytes.getBytes(at: bytes.readerIndex, length: whole) else { return nil }
            // Of a LOCAL header all that follows is to be thrown away, its family included.
            guard head.command == proxy else { return (ProxyHeader(.balancer), whole) }
            return (try proxied(head, header), whole)
        }

        private struct Head {
            var command: UInt8
            var family: UInt8
            var length: UInt16

            init?(_ bytes: ByteBuffer) {
                let start = bytes.readerIndex + signature.count
                guard let command = bytes.getInteger(at: start, as: UInt8.self),
                    let family = bytes.getInteger(at: start + 1, as: UInt8.self),
                    let length = bytes.getInteger(at: start + 2, as: UInt16.self)
                else { return nil }
                (self.command, self.family, self.length) = (command, family, length)
            }
        }

        /// - Parameter header: all of it.
        private static func proxied(_ head: Head, _ header: [UInt8]) throws(Malformed) -> ProxyHeader {
            let addressLength = try addressLength(of: head.family)
            guard headLength + 2 * (addressLength + portLength) <= header.count || addressLength == 0 else {
                throw .length(head.length)
            }
            let addresses = header[headLength...]
            let tail = addressLength == 0 ? headLength : headLength + 2 * (addressLength + portLength)
            let extensions = try Extensions(header, from: tail)
            return ProxyHeader(
                try speaker(addresses, addressLength: addressLength), privateLink: extensions.privateLink)
        }

        static let portLength = 2

        private static func addressLength(of family: UInt8) throws(Malformed) -> Int {
            switch family {
            case Family.unspecified: 0
            case Family.tcp4, Family.udp4: 4
            case Family.tcp6, Family.udp6: 16
            default: throw .family(family)
            }
        }

        private static func speaker(_ bytes: ArraySlice<UInt8>, addressLength: Int) throws(Malformed) -> Speaker {
            guard addressLength > 0 else { return .unknown }
            let addresses = bytes.prefix(2 * addressLength)
            let ports = bytes.dropFirst(2 * addressLength)
            guard let source = IPAddress(bytes: Array(addresses.prefix(addressLength))),
                let destination = IPAddress(bytes: Array(addresses.dropFirst(addressLength)))
            else { throw .extensions }
            return .client(
                source: Endpoint(address: source, port: number(ports.prefix(portLength))),
                destination: Endpoint(
                    address: destination, port: number(ports.dropFirst(portLength).prefix(portLength))))
        }

        static func number(_ bytes: ArraySlice<UInt8>) -> UInt16 {
            bytes.reduce(0) { $0 << 8 | UInt16($1) }
        }
    }
}
