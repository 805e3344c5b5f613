package import GRPCLite
package import NIOCore
internal import NIOPosix
package import TLSEngine
package import Telemetry

/// Serves gRPC on a port.
package enum GRPCListener {
    /// Bytes that one call of the kernel brings at most; as in ``OutputRoom``.
    private static let mostReceived = 256 * 1024

    /// Binds and serves at once.
    /// - Parameters:
    ///   - port: 0 lets the system choose; see ``GRPCListening/port``.
    ///   - tls: a server context with ALPN `h2`, for mutual TLS one with a client CA. `nil` serves plaintext, with
    ///     peers that proved nothing.
    ///   - authorize: asked for every call before its handler runs; returns the refusal, or `nil` to let it.
    ///   - metrics: where offences of clients are counted.
    ///   - group: every connection, and its handlers, live on one loop of it. A handler must not block.
    package static func start(
        host: String, port: Int, tls: TLSContext?, services: [ServiceDefinition],
        authorize: @escaping CallAuthorization, limits: GRPCListenerLimits = GRPCListenerLimits(),
        metrics: MetricRegistry? = nil, group: any EventLoopGroup
    ) async throws -> GRPCListening {
        let methods = MethodTable(services)
        let offences = metrics.map { OffenceCounters($0, of: .client) } ?? OffenceCounters()
        let connections = GRPCServerConnections(limits, offences)
        let shared = ServerBytes(
            unsent: SharedBytes(limit: limits.unsentBytes), unfinished: SharedBytes(limit: limits.unfinishedBytes),
            unpacked: SharedBytes(limit: limits.unpackedBytes))
        let server = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer(OutOfDescriptors.prepare)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            // One brings much. Before the next it has to be seen whether the client takes the answers.
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try SocketOptions.standard.apply { option, value in
                        try channel.syncOptions?.setOption(option, value: value)
                    }
                    let output = connections.outputRoom(of: channel.eventLoop)
                    let received = NIOLoopBound(output.spare.received, eventLoop: channel.eventLoop)
                    try channel.syncOptions?.setOption(
                        .recvAllocator, value: ReceiveBuffers(most: mostReceived, spare: received))
                    let executor = LoopExecutor(channel.eventLoop)
                    let handler = GRPCConnectionHandler<ServerConnection>(
                        isSecure: tls != nil, handshakeLimit: TimeAmount(limits.handshake),
                        output: output,
                        onStart: { connections.handshakeEnded(of: channel, $0) }
                    ) { peer, wake in
                        let connection = try ServerConnection(
                            methods: methods, peer: peer, authorize: authorize, limits: limits.connection,
                            handlerExecutor: executor, offences: offences, shared: shared,
                            ageJitter: .random(in: -0.1...0.1),
                            at: .now, wake: wake)
                        if connections.isShuttingDown { connection.beginShutdown() }
                        return connection
                    }
                    guard connections.add(channel, handler) else { throw GRPCTransportFailure.closed }
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(
                            try TLSHandler(accepting: tls, spare: output.spare))
                    }
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .bind(host: host, port: port).get()
        return GRPCListening(server: server, connections: connections, offences: offences)
    }
}
