internal import Gossip
internal import NIOCore
internal import NIOPosix

/// Under which address other members reach this one.
enum AdvertisedAddress {
    /// - Parameters:
    ///   - wanted: the operator's word, port 0 for the bound one.
    ///   - bound: the socket's own address.
    ///   - local: this machine's addresses.
    /// - Returns: `nil` when the socket is bound to all addresses and none of them means anything to others.
    static func choose(wanted: MemberAddress?, bound: MemberAddress, local: [MemberAddress]) -> MemberAddress? {
        guard var address = wanted ?? (bound.isUnspecified ? reachable(local, like: bound) : bound) else { return nil }
        if address.port == 0 { address.port = bound.port }
        return address
    }

    /// This machine's addresses, in the system's order.
    static func ofThisMachine() -> [MemberAddress] {
        ((try? System.enumerateDevices()) ?? []).compactMap { $0.address.flatMap { MemberAddress($0) } }
    }

    /// The family that is bound goes first: `::` would take both.
    private static func reachable(_ local: [MemberAddress], like bound: MemberAddress) -> MemberAddress? {
        let candidates = local.filter { !$0.isLoopback && !$0.isLinkLocal && !$0.isUnspecified }
        let usable = candidates.filter { bound.isIPv6 || !$0.isIPv6 }
        return (usable.first { $0.isIPv6 == bound.isIPv6 } ?? usable.first)?.host
    }
}
