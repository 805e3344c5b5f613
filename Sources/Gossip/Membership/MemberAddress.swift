/// Where a member's datagrams go: an IPv4 or IPv6 address and a port. Never a name, and never an identity.
package struct MemberAddress: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The address's 16 bytes in network order; an IPv4 address fills the last four.
    private var high: UInt64
    private var low: UInt64
    package let isIPv6: Bool
    package var port: UInt16

    /// - Returns: `nil` unless there are 4 or 16 bytes.
    package init?(bytes: [UInt8], port: UInt16) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        isIPv6 = bytes.count == 16
        let number: (ArraySlice<UInt8>) -> UInt64 = { $0.reduce(0) { $0 << 8 | UInt64($1) } }
        high = isIPv6 ? number(bytes[0..<8]) : 0
        low = isIPv6 ? number(bytes[8..<16]) : number(bytes[0..<4])
        self.port = port
    }

    /// - Parameter ip: `10.0.0.7` or `fd00::7`, without brackets or zone.
    package init?(ip: String, port: UInt16) {
        guard let bytes = IPText.bytes(ip) else { return nil }
        self.init(bytes: bytes, port: port)
    }

    /// - Parameter text: `10.0.0.7:7946` or `[fd00::7]:7946`.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        let host = text[..<colon]
        let isBracketed = host.first == "[" && host.last == "]" && host.count > 2
        guard isBracketed == host.contains(":") else { return nil }
        self.init(ip: String(isBracketed ? host.dropFirst().dropLast() : host), port: port)
    }

    /// 4 or 16, in network order.
    package var bytes: [UInt8] {
        let all = (0..<16).map { index in
            UInt8(truncatingIfNeeded: (index < 8 ? high : low) >> UInt64(56 - 8 * (index % 8)))
        }
        return isIPv6 ? all : Array(all[12...])
    }

    /// The address without its port.
    package var ip: String { IPText.text(bytes) }

    package var text: String { isIPv6 ? "[\(ip)]:\(port)" : "\(ip):\(port)" }

    package var description: String { text }

    package static func < (left: MemberAddress, right: MemberAddress) -> Bool {
        (left.high, left.low, left.isIPv6 ? 1 : 0, left.port) < (
            right.high, right.low, right.isIPv6 ? 1 : 0, right.port
        )
    }

    /// Whether anybody could answer there: no port 0, and not the unspecified address.
    package var isDialable: Bool { port != 0 && (high != 0 || low != 0) }
}
