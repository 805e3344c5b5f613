internal import GRPCLite
internal import NIOCore
internal import TLSEngine

/// Drives one gRPC connection from a channel: the last handler of its pipeline, behind TLS if there is any.
///
/// It makes the connection once it knows the peer, feeds it bytes and fired timers, and writes what comes out. It
/// reads only while the socket takes what we write, so a peer that does not read cannot make us queue.
final class GRPCConnectionHandler<Connection: DrivenConnection>: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// - Parameters: the peer, and what wakes the handler from any thread.
    typealias Maker = (PeerIdentity, @escaping @Sendable () -> Void) throws -> Connection

    /// How long a finished connection waits for the peer to close after us.
    private static var lingerLimit: TimeAmount { .seconds(1) }

    private let isSecure: Bool
    private let makeConnection: Maker
    private let output: OutputRoom
    /// Called once, with the connection or why there is none.
    private var onStart: ((Result<Connection, any Error>) -> Void)?
    private let handshakeLimit: TimeAmount

    private(set) var connection: Connection?
    private var context: ChannelHandlerContext?
    private var timers: [ConnectionTimer: Scheduled<Void>] = [:]
    private var handshakeTimer: Scheduled<Void>?
    private var isReadOwed = false
    private var isPumping = false
    private var isClosing = false

    /// - Parameters:
    ///   - isSecure: whether a TLS handler is in front; the connection then begins when its handshake is done.
    ///   - handshakeLimit: the time from here to a connection that can be used.
    ///   - output: shared by all connections of the loop, where there are many.
    ///   - onStart: told of the connection, or why there is none.
    init(
        isSecure: Bool, handshakeLimit: TimeAmount, output: OutputRoom = OutputRoom(),
        onStart: ((Result<Connection, any Error>) -> Void)? = nil,
        makeConnection: @escaping Maker
    ) {
        self.isSecure = isSecure
        self.handshakeLimit = handshakeLimit
        self.onStart = onStart
        self.makeConnection = makeConnection
        self.output = output
    }

    // MARK: Start

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        output.connections += 1
        timeHandshake(handshakeLimit, context)
        if context.channel.isActive && !isSecure { start(Self.unproven(context)) }
    }

    private func timeHandshake(_ limit: TimeAmount, _ context: ChannelHandlerContext) {
        handshakeTimer?.cancel()
        handshakeTimer = context.eventLoop.assumeIsolated().scheduleTask(in: limit) {
            self.fail(GRPCTransportFailure.handshakeTimedOut)
        }
    }

    /// Gives a handshake that is under way no more time than this.
    func hurry(_ limit: Duration) {
        guard connection == nil, let context else { return }
        timeHandshake(min(handshakeLimit, TimeAmount(limit)), context)
    }

    func channelActive(context: ChannelHandlerContext) {
        if isSecure { context.read() } else { start(Self.unproven(context)) }
        context.fireChannelActive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let handshake as TLSHandshakeCompleted:
            guard handshake.peer.alpn == "h2" else { return fail(GRPCTransportFailure.notHTTP2) }
            start(PeerIdentity(uriNames: handshake.peer.uriNames, address: Self.text(context.channel.remoteAddress)))
        case ChannelEvent.inputClosed:
            // HTTP/2 has its own words for an end; a peer that stopped speaking without them is gone.
            context.close(promise: nil)
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    /// Somebody of whom only the address is known.
    private static func unproven(_ context: ChannelHandlerContext) -> PeerIdentity {
        PeerIdentity(address: text(context.channel.remoteAddress))
    }

    /// `ip:port`, an IPv6 address in brackets.
    private static func text(_ address: SocketAddress?) -> String {
        guard let address, let ip = address.ipAddress, let port = address.port else { return "" }
        return ip.contains(":") ? "[\(ip)]:\(port)" : "\(ip):\(port)"
    }

    private func start(_ peer: PeerIdentity) {
        guard connection == nil, let context else { return }
        let loop = context.eventLoop
        let handler = NIOLoopBound(self, eventLoop: loop)
        do {
            let connection = try makeConnection(peer) { loop.execute { handler.value.pump() } }
            self.connection = connection
            handshakeTimer?.cancel()
            pump()
            tellStart(.success(connection))
            context.read()
        } catch {
            fail(error)
        }
    }

    private func tellStart(_ result: Result<Connection, any Error>) {
        onStart?(result)
        onStart = nil
    }

    // MARK: Bytes in

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // After our own end the peer's bytes are read only to be dropped.
        guard !isClosing, let connection else { return }
        let bytes = unwrapInboundIn(data)
        connection.receive(bytes.readableBytesSpan, at: .now)
        if !isSecure { output.spare.received.giveBack(bytes) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        pump()
        if context.channel.isWritable { context.read() } else { isReadOwed = true }
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        // Before more is written: who takes what we send, be it slowly, is read once for each time that he has taken it, and
        // his acknowledgements count. Who takes nothing is not.
        if isReadOwed, context.channel.isWritable {
            isReadOwed = false
            context.read()
        }
        pump()
        context.fireChannelWritabilityChanged()
    }

    // MARK: Bytes out

    /// Takes and does everything the connection wants done.
    func pump() {
        // What is written here changes whether the channel is writable, and that calls for a pump.
        guard let connection, let context, !isClosing, !isPumping else { return }
        isPumping = true
        defer { isPumping = false }
        // Written piece by piece: the next piece then finds the room of the last empty again.
        while context.channel.isWritable {
            guard let bytes = output.fill({ connection.takeOutput(into: &$0, at: .now) }) else { break }
            context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
        }
        for change in connection.takeTimerChanges(at: .now) { apply(change) }
        if connection.isFinished { finish() }
    }

    private func apply(_ change: TimerChange) {
        switch change {
        case .disarm(let timer):
            timers.removeValue(forKey: timer)?.cancel()
        case .arm(let timer, let delay):
            guard let context else { return }
            timers.removeValue(forKey: timer)?.cancel()
            timers[timer] = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(delay)) {
                self.timers[timer] = nil
                // We are not reading, and what it waits for may lie there. Whether anybody takes anything, keepalive sees.
                if self.isReadOwed, timer.waitsForWhatIsRead { return self.apply(change) }
                self.connection?.timerFired(timer)
                self.pump()
            }
        }
    }

    // MARK: End

    /// Half-closes behind the last frame and lets the peer close, since closing over unread bytes would make the
    /// kernel reset the connection and destroy that frame on its way.
    private func finish() {
        guard !isClosing, let context else { return }
        isClosing = true
        forgetConnection()
        context.close(mode: .output, promise: nil)
        context.read()
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.lingerLimit) {
            self.context?.close(promise: nil)
        }
    }

    /// Closes without a word, for want of a connection to say it on.
    func fail(_ error: any Error) {
        tellStart(.failure(error))
        context?.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        tellStart(.failure(GRPCTransportFailure.closed))
        forgetConnection()
        self.context = nil
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        output.connections -= 1
        tellStart(.failure(GRPCTransportFailure.closed))
        forgetConnection()
        self.context = nil
    }

    /// Also breaks the circle between connection and handler.
    private func forgetConnection() {
        connection?.connectionLost()
        connection = nil
        handshakeTimer?.cancel()
        for timer in timers.values { timer.cancel() }
        timers = [:]
    }
}
