internal import GRPCLite
internal import NIOCore
internal import NIOPosix
internal import TLSEngine

/// How one client's connections are made: what is above the socket, whatever its address.
struct GRPCDial: Sendable {
    /// As the server is called by us.
    var authority: String
    /// Asked for in TLS, and looked for in the certificate unless `expectedPeer` judges it.
    var serverName: String
    var tls: TLSContext?
    var expectedPeer: (@Sendable (PeerIdentity) -> Bool)?
    var limits = ConnectionLimits()
    /// Told of every rule that a server breaks.
    var offences = OffenceCounters()

    /// Where a silent server is asked whether it is there, one that acknowledges nothing is given up as fast (gRFC A18).
    private var socketOptions: SocketOptions {
        var options = SocketOptions.standard
        if limits.asksWhenSilent { options.userTimeout = limits.keepaliveTimeout }
        return options
    }

    /// A handshake that was late because TCP was is nobody's fault.
    private func noteFailure(_ error: any Error, of channel: any Channel) {
        if error as? GRPCTransportFailure == .handshakeTimedOut, !channel.isActive { return }
        offences.handshakeFailed(error)
    }

    /// - Parameters:
    ///   - limit: for TCP, and again for TLS.
    ///   - started: gets the connection once it can be used, although the server has not spoken yet.
    ///   - tell: called on the loop.
    ///   - giveBack: called on the loop with calls that the server has not begun; `nil` has them fail.
    func bootstrap(
        on loop: any EventLoop, limit: Duration, started: EventLoopPromise<ClientCaller>,
        tell: @escaping @Sendable (ConnectionNews) -> Void = { _ in },
        giveBack: (@Sendable (UnprocessedCall) -> Void)? = nil
    ) -> ClientBootstrap {
        let dial = self
        return ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(limit))
            .channelOption(.autoRead, value: false)
            // What is wrong with one part is to be seen before the next comes.
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try dial.socketOptions.apply { option, value in
                        try channel.syncOptions?.setOption(option, value: value)
                    }
                    if let tls = dial.tls {
                        try channel.pipeline.syncOperations.addHandler(
                            try TLSHandler(
                                connectingWith: tls, serverName: dial.serverName,
                                nameCheck: dial.expectedPeer == nil ? .required : .none))
                    }
                    let handler = GRPCConnectionHandler<ClientConnection>(
                        isSecure: dial.tls != nil, handshakeLimit: TimeAmount(limit),
                        onStart: { result in
                            if case .failure(let error) = result { dial.noteFailure(error, of: channel) }
                            started.completeWith(result.map(\.caller))
                        }
                    ) { peer, wake in
                        guard dial.expectedPeer?(peer) ?? true else { throw GRPCTransportFailure.unexpectedPeer }
                        return try ClientConnection(
                            authority: dial.authority, isSecure: dial.tls != nil, limits: dial.limits,
                            offences: dial.offences, at: .now, tell: tell, giveBack: giveBack, wake: wake)
                    }
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
    }
}

extension Channel {
    /// Does something to the client connection of a channel, on its loop; nothing when it has gone.
    func withClientConnection(_ body: @escaping @Sendable (ClientConnection) -> Void) {
        eventLoop.execute {
            guard
                let handler = try? self.pipeline.syncOperations.handler(
                    type: GRPCConnectionHandler<ClientConnection>.self)
            else { return }
            handler.connection.map(body)
            handler.pump()
        }
    }
}
