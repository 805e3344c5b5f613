package import Transport

/// Whom limits by source take for one: an IPv4 address, or the /64 that is the least an IPv6 customer has. Not the /24
/// around an IPv4 address: neighbours there have nothing to do with each other.
package struct SourceNetwork: Hashable, Sendable {
    private static let v6HostBits: UInt128 = 64

    /// `nil`: all whose source nobody knows.
    private let family: IPAddress.Family?
    private let network: UInt128

    package init(_ address: IPAddress?) {
        family = address?.family
        network = address.map { $0.family == .v6 ? $0.number >> Self.v6HostBits : $0.number } ?? 0
    }
}
