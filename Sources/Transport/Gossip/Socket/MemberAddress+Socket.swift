package import Gossip
package import NIOCore

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Between the gossip core's addresses and the kernel's.
///
/// A socket bound to `::` shows IPv4 senders as `::ffff:a.b.c.d` and takes that form for IPv4 receivers; the core sees
/// plain IPv4.
extension MemberAddress {
    private static let mappedPrefix = [UInt8](repeating: 0, count: 10) + [0xff, 0xff]

    /// - Returns: `nil` for anything but an IP address.
    package init?(_ address: SocketAddress) {
        guard let port = address.port.flatMap({ UInt16(exactly: $0) }) else { return nil }
        let made = address.withSockAddr { name, length in
            MemberAddress(socketName: UnsafeRawBufferPointer(start: name, count: length), port: port)
        }
        guard let made else { return nil }
        self = made
    }

    /// - Parameter socketName: a `sockaddr_in` or `sockaddr_in6`, whose own port is not looked at.
    /// - Returns: `nil` for any other.
    init?(socketName: UnsafeRawBufferPointer, port: UInt16) {
        guard socketName.count >= SocketName.v4Length else { return nil }
        switch CInt(socketName.loadUnaligned(as: sa_family_t.self)) {
        case AF_INET: self.init(bytes: Array(socketName[SocketName.v4Address]), port: port)
        case AF_INET6 where socketName.count >= SocketName.v6Length:
            let ip = Array(socketName[SocketName.v6Address])
            self.init(bytes: ip.starts(with: Self.mappedPrefix) ? ip.suffix(4) : ip, port: port)
        default: return nil
        }
    }

    /// The same host, and no port.
    package var host: MemberAddress {
        var host = self
        host.port = 0
        return host
    }

    /// Whether a socket bound to it takes datagrams on every address of this machine.
    package var isUnspecified: Bool { bytes.allSatisfy { $0 == 0 } }

    package var isLoopback: Bool {
        isIPv6 ? bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1 : bytes[0] == 127
    }

    /// 169.254.0.0/16 or fe80::/10: means nothing beyond one link.
    package var isLinkLocal: Bool {
        let bytes = bytes
        return isIPv6 ? bytes[0] == 0xfe && bytes[1] & 0xc0 == 0x80 : bytes[0] == 169 && bytes[1] == 254
    }

    /// Writes the address in the form that a socket of this family sends to.
    /// - Returns: its length; `nil` when such a socket cannot reach it.
    func store(in storage: inout sockaddr_storage, forIPv6Socket isIPv6Socket: Bool) -> socklen_t? {
        guard isIPv6Socket || !isIPv6 else { return nil }
        let ip = isIPv6Socket && !isIPv6 ? Self.mappedPrefix + bytes : bytes
        let place = isIPv6Socket ? SocketName.v6Address : SocketName.v4Address
        storage = sockaddr_storage()
        withUnsafeMutableBytes(of: &storage) { raw in
            raw.storeBytes(of: sa_family_t(isIPv6Socket ? AF_INET6 : AF_INET), as: sa_family_t.self)
            raw.storeBytes(of: port.bigEndian, toByteOffset: SocketName.port, as: UInt16.self)
            raw[place].copyBytes(from: ip)
        }
        return socklen_t(isIPv6Socket ? SocketName.v6Length : SocketName.v4Length)
    }
}

/// Where things are in Linux's `sockaddr_in` and `sockaddr_in6` (ip(7), ipv6(7)); the types themselves are hidden from
/// this module by those of NIO's own headers.
private enum SocketName {
    static let port = 2
    static let v4Address = 4..<8
    static let v4Length = 16
    static let v6Address = 8..<24
    static let v6Length = 28
}
