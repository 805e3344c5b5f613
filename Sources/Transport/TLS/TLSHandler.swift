package import NIOCore
package import TLSEngine

/// TLS in a pipeline: ciphertext towards the socket, plaintext towards the other handlers.
///
/// - Shakes hands by itself as soon as it is in an active channel, reading what it needs, then fires
///   `TLSHandshakeCompleted`. Writes wait until then.
/// - A read asked for from above is passed on until it brings plaintext, and never without being asked for.
/// - All that stands written at a flush becomes one buffer of ciphertext.
/// - The peer's `close_notify` becomes `ChannelEvent.inputClosed`; closing our output says `close_notify` first.
/// - A failure is fired as a `TLSFailure` after its alert is on the way, `.truncated` included. The handler then only
///   swallows; whoever is above closes the channel.
package final class TLSHandler: ChannelDuplexHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer
    package typealias OutboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    private let engine: TLSEngine
    private let output: TLSBuffers
    private var firstBytes: ByteBuffer
    private var pending = PendingPlaintext()
    private var isStarted = false
    private var isEstablished = false
    private var isReadOwed = false
    private var isFlushOwed = false
    private var hasFiredEnd = false
    private var isSurrendered = false

    /// - Parameter firstBytes: ciphertext that was read before this handler was there.
    package convenience init(
        accepting context: TLSContext, firstBytes: ByteBuffer = ByteBuffer()
    ) throws(TLSFailure) {
        try self.init(accepting: context, firstBytes: firstBytes, spare: nil)
    }

    /// - Parameter spare: lent by the loop's other connections.
    init(
        accepting context: TLSContext, firstBytes: ByteBuffer = ByteBuffer(), spare: SpareBuffers?
    ) throws(TLSFailure) {
        output = TLSBuffers(spare: spare)
        engine = try TLSEngine(accepting: context, output: output)
        self.firstBytes = firstBytes
    }

    package init(
        connectingWith context: TLSContext, serverName: String, nameCheck: TLSEngine.NameCheck = .required
    ) throws(TLSFailure) {
        output = TLSBuffers()
        engine = try TLSEngine(
            connectingWith: context, serverName: serverName, nameCheck: nameCheck, output: output)
        firstBytes = ByteBuffer()
    }

    /// Gives the engine away, when nothing waits to be encrypted: from now on this handler only watches its channel
    /// close.
    package func surrender() -> TLSEngine {
        isSurrendered = true
        return engine
    }

    // MARK: Start

    package func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { start(context) }
    }

    package func channelActive(context: ChannelHandlerContext) {
        start(context)
        context.fireChannelActive()
    }

    private func start(_ context: ChannelHandlerContext) {
        guard !isStarted else { return }
        isStarted = true
        run(context) { () throws(TLSFailure) in try engine.start() }
        if firstBytes.readableBytes > 0 {
            let bytes = firstBytes
            firstBytes = ByteBuffer()
            receive(bytes, context)
        }
        readOn(context)
    }

    // MARK: Inbound

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let ciphertext = unwrapInboundIn(data)
        receive(ciphertext, context)
        output.giveBack(received: ciphertext)
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        readOn(context)
    }

    package func read(context: ChannelHandlerContext) {
        isReadOwed = true
        context.read()
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed? = event as? ChannelEvent else {
            return context.fireUserInboundEventTriggered(event)
        }
        receiveEnd(context)
        fireEnd(context)
    }

    package func channelInactive(context: ChannelHandlerContext) {
        // With our output closed before, NIO announces the peer's end like this alone.
        if !isSurrendered { receiveEnd(context) }
        pending.failAll(ChannelError.ioOnClosedChannel)
        context.fireChannelInactive()
    }

    private func receive(_ ciphertext: ByteBuffer, _ context: ChannelHandlerContext) {
        // After a failure or their close_notify nothing that comes has a meaning.
        guard engine.failure == nil, !engine.hasPeerFinished else { return }
        run(context) { () throws(TLSFailure) in try engine.receive(ciphertext.readableBytesSpan) }
    }

    private func receiveEnd(_ context: ChannelHandlerContext) {
        guard engine.failure == nil else { return }
        run(context) { () throws(TLSFailure) in try engine.receiveEnd() }
    }

    /// Lets the engine work, then passes on what came of it: first ciphertext, then news, then plaintext, then the end.
    private func run(_ context: ChannelHandlerContext, _ work: () throws(TLSFailure) -> Void) {
        var failure: TLSFailure?
        do throws(TLSFailure) { try work() } catch { failure = error }
        sendCiphertext(context, promise: nil)
        if engine.isEstablished && !isEstablished {
            isEstablished = true
            context.fireUserInboundEventTriggered(TLSHandshakeCompleted(peer: engine.peer))
            if isFlushOwed { encryptPending(context) }
        }
        if let plaintext = output.takePlaintext() {
            isReadOwed = false
            context.fireChannelRead(wrapInboundOut(plaintext))
        }
        if let failure {
            pending.failAll(failure)
            context.fireErrorCaught(failure)
        } else if engine.hasPeerFinished {
            fireEnd(context)
        }
    }

    /// Once, however often the end is announced from below.
    private func fireEnd(_ context: ChannelHandlerContext) {
        guard !hasFiredEnd else { return }
        hasFiredEnd = true
        context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    }

    private func readOn(_ context: ChannelHandlerContext) {
        guard engine.failure == nil, !engine.hasPeerFinished else { return }
        if isReadOwed || !isEstablished { context.read() }
    }

    // MARK: Outbound

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if let failure = engine.failure {
            promise?.fail(failure)
        } else {
            pending.append(unwrapOutboundIn(data), promise)
        }
    }

    package func flush(context: ChannelHandlerContext) {
        if isEstablished { encryptPending(context) } else { isFlushOwed = true }
    }

    package func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode != .input, !isSurrendered else { return context.close(mode: mode, promise: promise) }
        if isEstablished && engine.failure == nil {
            encryptPending(context)
            engine.finish()
        }
        pending.failAll(ChannelError.outputClosed)
        guard mode == .output else {
            sendCiphertext(context, promise: nil)
            return context.close(mode: mode, promise: promise)
        }
        // Only once close_notify is with the kernel: after the peer's end NIO turns this close into one of both
        // sides, which drops what is queued.
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in context.close(mode: .output, promise: promise) }
        sendCiphertext(context, promise: written)
    }

    private func encryptPending(_ context: ChannelHandlerContext) {
        isFlushOwed = false
        guard !pending.isEmpty else { return context.flush() }
        let written = pending.takePromise(on: context.eventLoop)
        output.reserveCiphertext(forPlaintext: pending.byteCount)
        do throws(TLSFailure) {
            while let chunk = pending.takeChunk() { try engine.send(chunk.readableBytesSpan) }
        } catch {
            written?.fail(error)
            pending.failAll(error)
            return context.fireErrorCaught(error)
        }
        sendCiphertext(context, promise: written)
    }

    /// Flushes in any case, so that a promise given here is kept.
    private func sendCiphertext(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
        let ciphertext = output.takeCiphertext()
        guard ciphertext != nil || promise != nil else { return }
        context.writeAndFlush(wrapOutboundOut(ciphertext ?? ByteBuffer()), promise: promise)
    }
}
