package import NIOCore
internal import NIOPosix

/// Accepts TCP connections.
package enum Listener {
    /// Binds and accepts at once. Each connection gets one task, on the connection's own event loop; when
    /// `onConnection` returns, its stream is closed.
    /// - Parameters:
    ///   - host: an address or a name of this machine.
    ///   - port: 0 lets the system choose; see `ListeningSocket.port`.
    ///   - connectionLimit: connections at once; one more is closed as soon as it is accepted.
    ///   - backlog: connections the kernel completes before we take them; more are left to the client's retry.
    package static func bind(
        host: String, port: Int, group: any EventLoopGroup, connectionLimit: Int = .max, backlog: Int32 = 4096,
        onConnection: @escaping @Sendable (ByteStream) async -> Void
    ) async throws -> ListeningSocket {
        let connections = Connections()
        let server = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer(OutOfDescriptors.prepare)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.recvAllocator, value: ReceiveBuffers())
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try SocketOptions.standard.apply { option, value in
                        try channel.syncOptions?.setOption(option, value: value)
                    }
                    guard connections.count < connectionLimit else {
                        throw StreamFailure(.closed, "too many connections")
                    }
                    let handler = StreamHandler { handler in
                        connections.start(ByteStream(channel: channel, handler: handler), onConnection)
                    }
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .bind(host: host, port: port).get()
        guard let address = server.localAddress else {
            throw StreamFailure(.other, "a listening socket without an address")
        }
        return ListeningSocket(channel: server, localAddress: address, connections: connections)
    }
}
