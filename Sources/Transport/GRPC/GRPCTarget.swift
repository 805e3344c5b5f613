package import Gossip

/// What a channel connects to: addresses that stand fixed, or a name whose addresses come and go. gRPC, “Name
/// Resolution”.
package enum GRPCTarget: Sendable, Equatable, CustomStringConvertible {
    case fixed([MemberAddress])
    case name(DiscoveryTarget)

    /// - Parameter text: `host:port` or `dns:///host:port` for a name or one address, `ipv4:1.2.3.4:5,6.7.8.9:10` and
    ///   `ipv6:[::1]:5,…` for a list.
    package init?(_ text: String) {
        for scheme in ["ipv4:", "ipv6:"] where text.hasPrefix(scheme) {
            let parts = text.dropFirst(scheme.count).split(separator: ",", omittingEmptySubsequences: false)
            let addresses = parts.compactMap { Self.address(DiscoveryTarget(String($0))) }
            let isWanted = addresses.allSatisfy { $0.isIPv6 == (scheme == "ipv6:") }
            guard !addresses.isEmpty, addresses.count == parts.count, isWanted else { return nil }
            self = .fixed(addresses)
            return
        }
        guard let target = DiscoveryTarget(text.hasPrefix("dns:///") ? String(text.dropFirst(7)) : text) else {
            return nil
        }
        self = Self.address(target).map { .fixed([$0]) } ?? .name(target)
    }

    /// `nil` for a name.
    private static func address(_ target: DiscoveryTarget?) -> MemberAddress? {
        target.flatMap { MemberAddress(ip: $0.host, port: $0.port) }
    }

    /// What the server is called in `:authority`.
    package var description: String {
        switch self {
        case .fixed(let addresses): addresses.first.map { "\($0)" } ?? ""
        case .name(let target): "\(target)"
        }
    }

    /// What its certificate has to say.
    var host: String {
        switch self {
        case .fixed(let addresses): addresses.first?.ip ?? ""
        case .name(let target): target.host
        }
    }
}
