package import NIOCore

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The options of a TCP connection, whichever side opened it. `TCP_NODELAY` is always on.
package struct SocketOptions: Sendable, Equatable {
    /// How a silent connection is probed, so that address translators keep it and dead ones go.
    package struct KeepAlive: Sendable, Equatable {
        /// Silence before the first probe, and between two. Whole seconds, at least one.
        package var idle: Duration
        package var interval: Duration
        /// Unanswered probes after which the connection is dead. 1 to 127.
        package var count: Int

        package init(idle: Duration = .seconds(30), interval: Duration = .seconds(10), count: Int = 6) {
            self.idle = idle
            self.interval = interval
            self.count = count
        }
    }

    /// `nil`: never probed.
    package var keepAlive: KeepAlive? = KeepAlive()
    /// How long sent bytes may go unacknowledged, and how long a peer may take none (`TCP_USER_TIMEOUT`). `nil`, on
    /// purpose: it also ends a peer that lives but does not read for a while, such as `psql` with its pager open.
    package var userTimeout: Duration?

    package init() {}

    /// What every connection has until it is joined.
    static let standard = SocketOptions()

    /// To a service of several replicas: one that is gone without a word is noticed soon, and another one asked.
    package static let toReplicas = {
        var options = SocketOptions()
        options.keepAlive = KeepAlive(idle: .seconds(5), interval: .seconds(2), count: 3)
        options.userTimeout = .seconds(5)
        return options
    }()

    func apply(_ set: (ChannelOptions.Types.SocketOption, Int) throws -> Void) rethrows {
        try set(.tcpOption(.tcp_nodelay), 1)
        try set(.socketOption(.so_keepalive), keepAlive == nil ? 0 : 1)
        for (name, value) in timers { try set(.tcpOption(.init(rawValue: name)), Int(value)) }
    }

    /// For connections that somebody else makes.
    package func set(on channel: any Channel) -> EventLoopFuture<Void> {
        var settings: [EventLoopFuture<Void>] = []
        apply { settings.append(channel.setOption($0, value: SocketOptionValue($1))) }
        return .andAllSucceed(settings, on: channel.eventLoop)
    }

    /// Changes a connection that has the standard options.
    func change(_ number: CInt) {
        guard self != .standard else { return }
        // A socket that refuses is one that is gone.
        var isOn: CInt = keepAlive == nil ? 0 : 1
        let size = socklen_t(MemoryLayout<CInt>.size)
        setsockopt(number, SOL_SOCKET, SO_KEEPALIVE, &isOn, size)
        for (name, value) in timers {
            var value = value
            setsockopt(number, CInt(IPPROTO_TCP), name, &value, size)
        }
    }

    private var timers: [(name: CInt, value: CInt)] {
        var timers: [(CInt, CInt)] = []
        if let keepAlive {
            timers = [
                (TCP_KEEPIDLE, CInt(clamping: keepAlive.idle.components.seconds)),
                (TCP_KEEPINTVL, CInt(clamping: keepAlive.interval.components.seconds)),
                (TCP_KEEPCNT, CInt(clamping: keepAlive.count)),
            ]
        }
        if let userTimeout {
            let milliseconds = userTimeout / .milliseconds(1)
            timers.append((TCP_USER_TIMEOUT, CInt(clamping: Int64(milliseconds))))
        }
        return timers
    }
}
