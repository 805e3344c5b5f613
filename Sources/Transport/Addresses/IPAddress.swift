internal import Gossip
package import NIOCore

/// An IPv4 or IPv6 address. An IPv4 address inside an IPv6 one (`::ffff:192.0.2.1`, RFC 4291 §2.5.5.2) is the IPv4
/// address: whoever came by which socket makes no difference to a rule.
package struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    package enum Family: Sendable, Hashable {
        case v4, v6
        package var bitWidth: Int { self == .v4 ? 32 : 128 }
    }

    package let family: Family
    /// The address as a number; of an IPv4 address the low 32 bits.
    package let number: UInt128

    package init(family: Family, number: UInt128) {
        if family == .v6, number >> 32 == 0xFFFF {
            self.family = .v4
            self.number = number & 0xFFFF_FFFF
        } else {
            self.family = family
            self.number = family == .v4 ? number & 0xFFFF_FFFF : number
        }
    }

    /// - Parameter bytes: 4 or 16, in network order; `nil` otherwise.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.init(family: bytes.count == 4 ? .v4 : .v6, number: bytes.reduce(0) { $0 << 8 | UInt128($1) })
    }

    /// - Parameter text: without brackets, port or zone; an IPv4 tail (`::ffff:192.0.2.1`) is understood.
    package init?(_ text: String) {
        if let bytes = IPText.bytes(text) {
            self.init(bytes: bytes)
        } else if let colon = text.lastIndex(of: ":"),
            let tail = IPText.bytes(String(text[text.index(after: colon)...])),
            tail.count == 4,
            let head = IPText.bytes(text[...colon] + "0:0"), head.count == 16
        {
            self.init(bytes: head.dropLast(4) + tail)
        } else {
            return nil
        }
    }

    package init?(_ address: SocketAddress) {
        guard let text = address.ipAddress else { return nil }
        // A link-local address carries its interface behind a percent sign.
        self.init(String(text.prefix { $0 != "%" }))
    }

    package var bytes: [UInt8] {
        let count = family.bitWidth / 8
        return (0..<count).map { UInt8(truncatingIfNeeded: number >> UInt128(8 * (count - 1 - $0))) }
    }

    package var description: String { IPText.text(bytes) }
}
