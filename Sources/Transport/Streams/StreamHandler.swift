internal import NIOCore
internal import TLSEngine

/// The last handler of every connection: keeps bytes until a task asks for them, or a relay takes the connection away.
///
/// Reads happen on demand alone, except for what is left in the kernel's buffer when the peer ends: NIO then reads all
/// of it, so one connection may hold up to the kernel's receive buffer, and no more.
final class StreamHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How long `close()` waits for the peer to take what is queued and to end its side. Closing earlier, with input
    /// unread, makes the kernel send a reset, and a reset makes the peer lose the last thing we told it.
    static let closeLimit = TimeAmount.seconds(2)
    /// More input than this after `close()` is not waited out.
    static let lingerByteLimit = 1 << 20

    private(set) var context: ChannelHandlerContext?
    /// A relay is about to take the connection out of its channel, or has.
    private var isLeaving = false
    private var hasLeft = false
    /// The peer will say no more.
    private(set) var hasPeerFinished = false
    /// Why neither reading nor writing goes on.
    private(set) var failure: StreamFailure?

    private var inbox = ByteBuffer()
    private var readers = ParkedWaits<ByteBuffer?>()
    private var writers = ParkedWaits<Void>()
    private var handshakes = ParkedWaits<TLSPeer>()
    private var departures = ParkedWaits<Void>()
    private var tls: TLSHandler?
    private var isShakingHands = false
    private var hasFinishedWriting = false
    private var isInputOver = false
    private var isOutputClosed = false
    private var isClosing = false
    private var hasSaidGoodbye = false
    private var lingeredBytes = 0
    private var onActive: ((StreamHandler) -> Void)?

    init(onActive: ((StreamHandler) -> Void)? = nil) {
        self.onActive = onActive
    }

    // MARK: For tasks, on the loop

    /// - Returns: the bytes in hand; `.some(nil)` after the end; `nil` when only waiting helps.
    func takeReady() throws(StreamFailure) -> ByteBuffer?? {
        if inbox.readableBytes > 0 { return takeInbox() }
        if hasPeerFinished { return .some(nil) }
        if let failure { throw failure }
        return nil
    }

    func read(_ ticket: WaitTicket, _ continuation: CheckedContinuation<ByteBuffer?, any Error>) {
        do {
            if let ready = try takeReady() { return continuation.resume(returning: ready) }
            guard readers.isEmpty, !isLeaving else { throw StreamFailure(.inUse, "another task reads") }
            readers.park(ticket, continuation)
            context?.read()
        } catch {
            continuation.resume(throwing: error)
        }
    }

    func unread(_ bytes: ByteBuffer) {
        guard bytes.readableBytes > 0 else { return }
        var bytes = bytes
        bytes.writeBuffer(&inbox)
        inbox = bytes
    }

    private func takeInbox() -> ByteBuffer {
        let bytes = inbox
        inbox = ByteBuffer()
        return bytes
    }

    /// - Returns: whether more may be written at once.
    func write(_ bytes: ByteBuffer) throws(StreamFailure) -> Bool {
        if let failure { throw failure }
        guard let context, !isClosing, !hasFinishedWriting else { throw Self.closed }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
        return context.channel.isWritable
    }

    func waitUntilWritable(_ ticket: WaitTicket, _ continuation: CheckedContinuation<Void, any Error>) {
        if let failure { return continuation.resume(throwing: failure) }
        guard let context, !isClosing else { return continuation.resume(throwing: Self.closed) }
        if context.channel.isWritable { return continuation.resume() }
        writers.park(ticket, continuation)
    }

    /// Ends our side after everything queued. The peer may go on.
    func finishWriting() throws(StreamFailure) {
        if let failure { throw failure }
        guard !hasFinishedWriting, !isClosing else { return }
        hasFinishedWriting = true
        afterQueuedWrites { $0.close(mode: .output, promise: nil) }
    }

    func startTLS(
        _ makeHandler: () throws(TLSFailure) -> TLSHandler, _ ticket: WaitTicket,
        _ continuation: CheckedContinuation<TLSPeer, any Error>
    ) {
        do {
            if let failure { throw failure }
            guard let context, !isClosing else { throw Self.closed }
            guard !isShakingHands, readers.isEmpty, !isLeaving else { throw StreamFailure(.inUse, "in use") }
            guard inbox.readableBytes == 0 else {
                throw StreamFailure(.plaintextBeforeTLS, "\(inbox.readableBytes) bytes stand before the handshake")
            }
            // No handshake ends with the peer's first words. Its end, which came before this handler, will not be told again.
            guard !hasPeerFinished else { throw StreamFailure(.truncated, "the peer ended before the handshake") }
            let handler = try makeHandler()
            tls = handler
            isShakingHands = true
            handshakes.park(ticket, continuation)
            try context.pipeline.syncOperations.addHandler(handler, position: .before(self))
        } catch {
            // A parked continuation is resumed by `fail`; this one never was.
            if isShakingHands { fail(Self.explain(error)) } else { continuation.resume(throwing: Self.explain(error)) }
        }
    }

    func cancel(_ ticket: WaitTicket) {
        readers.cancel(ticket)
        writers.cancel(ticket)
        handshakes.cancel(ticket)
        departures.cancel(ticket)
    }

    // MARK: Leaving the channel, for a relay

    /// Waits until all that was written is with the kernel; nobody may read from now on.
    func prepareToLeave(_ ticket: WaitTicket, _ continuation: CheckedContinuation<Void, any Error>) {
        guard readers.isEmpty, handshakes.isEmpty, !isShakingHands, !isLeaving, !isClosing else {
            return continuation.resume(throwing: StreamFailure(.inUse, "another task reads"))
        }
        isLeaving = true
        departures.park(ticket, continuation)
        whenWritten { $0.departures.resume(with: .success(())) }
    }

    /// Calls back once all that was written is with the kernel, or cannot get there any more; a turn of the loop later,
    /// so that nothing of the channel is under way.
    private func whenWritten(_ body: @escaping (StreamHandler) -> Void) {
        guard let context, failure == nil else { return body(self) }
        let loop = context.eventLoop.assumeIsolated()
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in loop.execute { body(self) } }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: written)
    }

    /// The relay will not come about.
    func stay() {
        if !hasLeft { isLeaving = false }
    }

    /// Takes the connection out of its channel, with all that belongs to it. The channel closes without a word to the peer.
    func leave(_ answer: @escaping (RelayEnd) -> Void) {
        guard let context, failure == nil else {
            return answer(RelayEnd(broken: failure ?? Self.closed, inbox: takeInbox()))
        }
        // TLS may have had to answer something since all was written.
        let queued = try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)
        guard queued == 0 else { return whenWritten { $0.leave(answer) } }
        let duplicate = try? context.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self
        ) { Duplicate(of: $0) }
        guard let descriptor = duplicate?.descriptor.take() else {
            return answer(RelayEnd(broken: StreamFailure(.other, "no descriptor for the relay"), inbox: takeInbox()))
        }
        hasLeft = true
        let engine = tls?.surrender()
        tls = nil
        let end = RelayEnd(descriptor, tls: engine, inbox: takeInbox(), hasPeerFinished: hasPeerFinished)
        context.close(promise: nil)
        answer(end)
    }

    private final class Duplicate {
        var descriptor: Descriptor?
        init(of number: CInt) { descriptor = Descriptor(duplicating: number) }
    }

    /// Sends what is queued, ends our side, waits (bounded) for the peer's end, and closes.
    func close() {
        guard let context, !isClosing, context.channel.isActive else { return }
        isClosing = true
        inbox = ByteBuffer()
        resumeWaits(throwing: Self.closed)
        guard !isShakingHands else { return context.close(promise: nil) }
        let limit = context.eventLoop.assumeIsolated().scheduleTask(in: Self.closeLimit) { self.closeNow() }
        context.channel.closeFuture.whenComplete { _ in limit.cancel() }
        afterQueuedWrites { _ in self.linger() }
    }

    func closeNow() {
        context?.close(promise: nil)
    }

    /// Says goodbye, and only then closes or waits: NIO drops what is still queued at a close, and inside the callback
    /// of one write the next one is only queued.
    private func linger() {
        guard let context else { return }
        let goodbye = context.eventLoop.makePromise(of: Void.self)
        goodbye.futureResult.assumeIsolated().whenComplete { _ in
            self.hasSaidGoodbye = true
            if self.isPeerGone { self.closeNow() } else { self.context?.read() }
        }
        context.close(mode: .output, promise: goodbye)
    }

    private var isPeerGone: Bool { isInputOver || failure?.reason == .reset }

    /// Carries `body` out once everything written so far is with the kernel, or cannot get there any more.
    /// NIO drops queued writes on a close; and a close of one side becomes one of both when the other is closed already.
    private func afterQueuedWrites(_ body: @escaping (ChannelHandlerContext) -> Void) {
        guard let context else { return }
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in
            if let context = self.context { body(context) }
        }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: written)
    }

    // MARK: From the pipeline

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        fail(StreamFailure(.reset, "the connection is gone"))
    }

    func channelActive(context: ChannelHandlerContext) {
        onActive?(self)
        onActive = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if isClosing {
            lingeredBytes += bytes.readableBytes
        } else if inbox.readableBytes == 0 {
            inbox = bytes
        } else {
            inbox.writeBuffer(&bytes)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if isClosing {
            if lingeredBytes > Self.lingerByteLimit { closeNow() } else { context.read() }
        } else if !readers.isEmpty {
            if inbox.readableBytes > 0 { readers.resume(with: .success(takeInbox())) } else { context.read() }
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        guard context.channel.isWritable else { return }
        writers.resume(with: .success(()))
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let event as TLSHandshakeCompleted:
            isShakingHands = false
            handshakes.resume(with: .success(event.peer))
        case let event as ChannelEvent where event == .inputClosed:
            peerFinished()
        case let event as ChannelEvent where event == .outputClosed:
            isOutputClosed = true
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(Self.explain(error))
    }

    func channelInactive(context: ChannelHandlerContext) {
        // With our side closed before, NIO announces the peer's end as the end of the channel alone; a reset would have
        // been announced as an error first.
        if isOutputClosed && failure == nil && !hasPeerFinished && !isClosing { peerFinished() }
        fail(StreamFailure(.reset, "the connection is gone"))
        context.fireChannelInactive()
    }

    // MARK: Ends

    private func peerFinished() {
        isInputOver = true
        if isClosing && hasSaidGoodbye { return closeNow() }
        // A cut TLS stream ends too, but not lawfully; readers are to hear of the cut.
        guard failure == nil else { return }
        hasPeerFinished = true
        if !readers.isEmpty {
            let last = inbox.readableBytes > 0 ? takeInbox() : nil
            readers.resume(with: .success(last))
        }
    }

    private func fail(_ failure: StreamFailure) {
        guard self.failure == nil, !hasLeft else { return }
        let failure = isClosing ? Self.closed : failure
        self.failure = failure
        isShakingHands = false
        if !readers.isEmpty, inbox.readableBytes > 0 { readers.resume(with: .success(takeInbox())) }
        resumeWaits(throwing: failure)
    }

    private func resumeWaits(throwing failure: StreamFailure) {
        readers.resume(with: hasPeerFinished ? .success(nil) : .failure(failure))
        writers.resume(with: .failure(failure))
        handshakes.resume(with: .failure(failure))
        // What there is to say of it, the relay will say.
        departures.resume(with: .success(()))
    }

    private static let closed = StreamFailure(.closed, "this side closed the stream")

    private static func explain(_ error: any Error) -> StreamFailure {
        switch error {
        case let failure as StreamFailure: failure
        case let failure as TLSFailure: StreamFailure(failure)
        case let error as IOError: StreamFailure(socketError: error.errnoCode, "\(error)")
        default: StreamFailure(.other, "\(error)")
        }
    }
}
