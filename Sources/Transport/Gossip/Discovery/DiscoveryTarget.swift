/// Where to look for members: `10.0.0.7:7946`, `[fd00::7]:7946`, or `gossip.fleet.svc:7946`, a name with an address per
/// member.
package struct DiscoveryTarget: Hashable, Sendable, CustomStringConvertible {
    /// The longest name that DNS takes.
    package static let hostLimit = 253

    package let host: String
    package let port: UInt16

    /// - Returns: `nil` for an empty or too long host, blanks in it, an IPv6 address without brackets, and port 0.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = text[..<colon]
        if host.first == "[", host.last == "]" {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        self.init(host: String(host), port: port)
    }

    package init?(host: String, port: UInt16) {
        guard (1...Self.hostLimit).contains(host.utf8.count), port > 0 else { return nil }
        guard host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return nil }
        (self.host, self.port) = (host, port)
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
