internal import FoundationEssentials
internal import Glibc

/// Ports that nobody listens on.
package enum FreePort {
    private static let first = 20_000
    private static let host = "127.0.0.1"
    private static let attempts = 100

    /// A port of `127.0.0.1` that was free a moment ago, drawn from below those that the kernel gives to whoever dials:
    /// otherwise any connection made meanwhile could take it.
    package static func pick() -> Int? {
        let end = min(firstEphemeral, 32_768)
        for _ in 0..<attempts where first < end {
            let port = Int.random(in: first..<end)
            // For either kind of use.
            if obstacle(host: host, port: port) == nil, obstacle(host: host, port: port, datagrams: true) == nil {
                return port
            }
        }
        guard case .success(let port) = listen(host: host, port: 0) else { return nil }
        return port
    }

    /// Where the ports begin that the kernel gives away.
    private static var firstEphemeral: Int {
        let range = try? String(contentsOfFile: "/proc/sys/net/ipv4/ip_local_port_range", encoding: .utf8)
        return range?.split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) } ?? 32_768
    }

    /// Why `host:port` cannot be listened on now: an `errno`, or `nil` when it can. Names are not looked up: of a host
    /// that is not a v4 address nothing is known, and `nil` is returned.
    package static func obstacle(host: String, port: Int, datagrams: Bool = false) -> CInt? {
        guard case .failure(let obstacle) = listen(host: host, port: port, datagrams: datagrams) else { return nil }
        return obstacle.code
    }

    private struct Obstacle: Error {
        var code: CInt
    }

    /// - Returns: the port that was listened on, the socket closed again.
    private static func listen(host: String, port: Int, datagrams: Bool = false) -> Result<Int, Obstacle> {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(clamping: port)).bigEndian
        guard inet_pton(AF_INET, host, &address.sin_addr) == 1 else { return .success(port) }
        let kind = datagrams ? SOCK_DGRAM : SOCK_STREAM
        let file = socket(AF_INET, CInt(kind.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard file >= 0 else { return .failure(Obstacle(code: errno)) }
        defer { close(file) }
        var yes: CInt = 1
        // For datagrams it would let two share one port.
        if !datagrams { setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size)) }
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { socketAddress in
                bind(file, socketAddress, length) == 0 && (datagrams || Glibc.listen(file, 1) == 0)
                    && getsockname(file, socketAddress, &length) == 0
            }
        }
        return isListening ? .success(Int(in_port_t(bigEndian: address.sin_port))) : .failure(Obstacle(code: errno))
    }
}
