internal import NIOCore

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The options of every TCP connection here, whichever side opened it.
enum SocketOptions {
    /// A silent connection is probed after this many seconds, so that address translators keep it and dead ones go.
    static let keepAliveIdleSeconds: Int = 30
    static let keepAliveIntervalSeconds: Int = 10
    static let keepAliveProbeCount: Int = 6

    /// `TCP_USER_TIMEOUT` is left alone on purpose: it would also end a peer that lives but does not read for a while,
    /// such as `psql` with its pager open.
    static func apply(_ set: (ChannelOptions.Types.SocketOption, Int) throws -> Void) rethrows {
        try set(.tcpOption(.tcp_nodelay), 1)
        try set(.socketOption(.so_keepalive), 1)
        try set(.tcpOption(.init(rawValue: TCP_KEEPIDLE)), keepAliveIdleSeconds)
        try set(.tcpOption(.init(rawValue: TCP_KEEPINTVL)), keepAliveIntervalSeconds)
        try set(.tcpOption(.init(rawValue: TCP_KEEPCNT)), keepAliveProbeCount)
    }
}
