/// One connection at the server: turns HTTP/2 streams into calls and runs a handler for each.
///
/// ```
/// request headers ──▶ refused (HTTP 405/415, or a status as Trailers-Only)
///        └──▶ handler runs ──messages──▶ answered (trailers leave) ──▶ stream closed
///                 └── deadline, malformed message, client's reset, connection lost: handler cancelled
/// ```
/// It belongs to one event loop and is driven from there: bytes and fired timers go in, output and timer changes come
/// out. Handlers run in tasks of their own and reach it by commands. It reads no clock and owns no socket.
package final class ServerConnection: DrivenConnection {
    private enum Shutdown {
        case notBegun
        /// The client was told; its new streams are still served.
        case announced
        case refusingStreams
    }

    private let session: HTTP2Session
    private let limits: ConnectionLimits
    private let methods: MethodTable
    private let peer: PeerIdentity
    private let authorize: CallAuthorization
    private let handlerExecutor: (any TaskExecutor)?
    private let commands: CommandQueue<ServerCommand>

    private var calls: [HTTP2StreamID: ServerCall] = [:]
    /// Handlers that have not returned, be their streams open or closed.
    private var runningHandlers = 0
    /// Bytes kept of messages that are not whole yet.
    private var unfinishedBytes = 0
    private var keepalive: Keepalive
    private var timerChanges: [TimerChange] = []
    private var isLost = false
    private var shutdown = Shutdown.notBegun

    /// - Parameters:
    ///   - authorize: asked for every call before its handler runs.
    ///   - handlerExecutor: where handlers run; `nil` leaves them to the global pool.
    ///   - wake: called from any thread when handlers left commands; has the shell call ``takeOutput(limit:)`` soon.
    package init(
        methods: MethodTable, peer: PeerIdentity, authorize: @escaping CallAuthorization,
        limits: ConnectionLimits = ConnectionLimits(), handlerExecutor: (any TaskExecutor)? = nil,
        at now: ContinuousClock.Instant, wake: @escaping @Sendable () -> Void
    ) throws(HTTP2Failure) {
        session = try HTTP2Session(.server, limits: limits.http2, at: now)
        self.limits = limits
        self.methods = methods
        self.peer = peer
        self.authorize = authorize
        self.handlerExecutor = handlerExecutor
        commands = CommandQueue(wake: wake)
        keepalive = Keepalive(.init(interval: limits.keepaliveInterval, timeout: limits.keepaliveTimeout))
        timerChanges = [
            .arm(.settingsDue, after: limits.settingsTimeout), .arm(.keepalive, after: limits.keepaliveInterval),
        ]
    }

    // MARK: What the shell does

    package func receive(_ bytes: borrowing RawSpan, at now: ContinuousClock.Instant) {
        keepalive.bytesReceived()
        session.receive(bytes, at: now)
        handleEvents(at: now)
    }

    /// - Returns: bytes for the client; empty when there are none now.
    package func takeOutput(limit: Int, at now: ContinuousClock.Instant) -> [UInt8] {
        for command in commands.takeAll() { run(command) }
        let output = session.takeOutput(limit: limit)
        handleEvents(at: now)
        return output
    }

    package func takeTimerChanges() -> [TimerChange] {
        defer { timerChanges = [] }
        return timerChanges
    }

    package func timerFired(_ timer: ConnectionTimer) {
        switch timer {
        case .deadline(let number): deadlinePassed(on: HTTP2StreamID(truncatingIfNeeded: number))
        case .settingsDue: isLost = true
        case .shutdownHeard: refuseNewStreams()
        case .keepalive: checkPeer()
        }
    }

    /// All output has been taken and none will follow: the shell closes the socket.
    package var isFinished: Bool {
        isLost || session.isFinished
    }

    /// Streams that are open; their calls may be answered already.
    package var openCalls: Int { calls.count }

    /// Tells the client to go elsewhere, and serves what it has begun.
    package func beginShutdown() {
        guard shutdown == .notBegun else { return }
        shutdown = .announced
        session.announceShutdown()
        timerChanges.append(.arm(.shutdownHeard, after: limits.shutdownNotice))
    }

    /// Ends what is left with `UNAVAILABLE`, where that can still be said.
    package func endCalls() {
        for stream in calls.keys.sorted() { end(stream, GRPCStatus(.unavailable, "the server is shutting down")) }
        refuseNewStreams()
    }

    private func refuseNewStreams() {
        guard shutdown != .refusingStreams else { return }
        shutdown = .refusingStreams
        session.refuseNewStreams()
    }

    /// The socket has gone: handlers are cancelled. Nothing may be asked of the connection after this.
    package func connectionLost() {
        isLost = true
        for call in calls.values { call.abandonHandler(Self.gone) }
        calls = [:]
        _ = commands.close()
    }

    private static let gone = GRPCStatus(.cancelled, "the client has gone")

    private func checkPeer() {
        for action in keepalive.timerFired() {
            switch action {
            case .ping: session.ping()
            case .rearm(let delay): timerChanges.append(.arm(.keepalive, after: delay))
            case .giveUp: isLost = true
            }
        }
    }

    // MARK: What the client does

    private func handleEvents(at now: ContinuousClock.Instant) {
        for event in session.takeEvents() {
            switch event {
            case .headersReceived(let stream, let block): headersReceived(block, on: stream, at: now)
            case .dataReceived(let stream, let bytes): dataReceived(bytes, on: stream)
            case .streamEndedByPeer(let stream): requestEnded(on: stream)
            case .streamClosed(let stream, _): streamClosed(stream)
            case .bodySent(let stream, let count): calls[stream]?.outbound.bytesSent(count)
            case .settingsReceived: timerChanges.append(.disarm(.settingsDue))
            case .pingAcknowledged: if shutdown == .announced { refuseNewStreams() }
            // A client that goes away still gets the answers to what it asked.
            case .goAwayReceived: break
            }
        }
    }

    private func headersReceived(_ block: HeaderBlock, on stream: HTTP2StreamID, at now: ContinuousClock.Instant) {
        if calls[stream] == nil {
            begin(stream, block, at: now)
        }
        // A second block is a request's trailers, which say nothing in gRPC but that the request ends.
        if block.endsStream { requestEnded(on: stream) }
    }

    private func begin(_ stream: HTTP2StreamID, _ block: HeaderBlock, at now: ContinuousClock.Instant) {
        guard runningHandlers < limits.http2.concurrentStreams else { return session.reset(stream, .refusedStream) }
        do throws(RequestHead.Refusal) {
            let head = try RequestHead(block, headerListLimit: limits.http2.headerListSize)
            guard let method = methods.method(at: head.path) else {
                throw .status(GRPCStatus(.unimplemented, "unknown method \(head.path.prefix(256))"))
            }
            if let refusal = authorize(head.path, peer) { throw .status(refusal) }
            start(method, head, on: stream, at: now)
        } catch {
            refuse(stream, error)
        }
    }

    private func refuse(_ stream: HTTP2StreamID, _ refusal: RequestHead.Refusal) {
        switch refusal {
        case .http(let status):
            session.submitWholeResponse([HeaderField(":status", status)], on: stream)
        case .encoding:
            let status = GRPCStatus(.unimplemented, "messages can be read with the encodings listed alone")
            session.submitWholeResponse(Self.responseHead + status.fields + [Self.acceptedEncodings], on: stream)
        case .status(let status):
            session.submitWholeResponse(Self.responseHead + status.fields, on: stream)
        }
    }

    private func start(
        _ method: MethodHandler, _ head: RequestHead, on stream: HTTP2StreamID, at now: ContinuousClock.Instant
    ) {
        let commands = commands
        let inbound = MessageMailbox(messageLimit: limits.messageSize) { commands.post(.returnCredit(stream, $0)) }
        let outbound = MessageOutlet { commands.post(.send(stream, $0)) }
        var context = ServerCallContext(
            method: head.path, metadata: head.metadata, peer: peer,
            deadline: head.timeout.map { now.advanced(by: min($0, ConnectionLimits.longestTimer)) })
        context.call = CallWire(
            inbound: inbound, outbound: outbound, clientAcceptsGzip: head.acceptsGzip
        ) { commands.post(.sendHeaders(stream)) }
        var call = ServerCall(
            inbound: inbound, outbound: outbound,
            deframer: MessageDeframer(
                messageLimit: limits.messageSize, takesCompressed: head.encoding != .identity),
            hasDeadline: head.timeout != nil)
        if let timeout = head.timeout {
            timerChanges.append(.arm(.deadline(UInt64(stream)), after: min(timeout, ConnectionLimits.longestTimer)))
        }
        runningHandlers += 1
        // Not a child of anyone: a call begins in an event loop. The call table is its parent: it holds the task, and
        // cancels it when the call ends before the handler does.
        call.task = Task(executorPreference: handlerExecutor) { [context] in
            let status = await method.status(of: inbound, outbound, context)
            commands.post(.finish(stream, status))
        }
        calls[stream] = call
    }

    private func dataReceived(_ bytes: [UInt8], on stream: HTTP2StreamID) {
        // In place: a copy of the call would have its half-received message copied with every frame.
        guard calls[stream]?.isAnswered == false else { return }
        do throws(MessageDeframer.Malformed) {
            unfinishedBytes -= calls[stream]?.deframer.bufferedBytes ?? 0
            defer { unfinishedBytes += calls[stream]?.deframer.bufferedBytes ?? 0 }
            guard let messages = try calls[stream]?.deframer.append(bytes) else { return }
            let credit = calls[stream]?.inbound.deliver(messages, byteCount: bytes.count) ?? 0
            session.returnCredit(credit, on: stream)
        } catch {
            return end(stream, GRPCStatus(error))
        }
        if unfinishedBytes > limits.unfinishedMessages {
            end(stream, GRPCStatus(.resourceExhausted, "too many unfinished messages on the connection"))
        }
    }

    private func requestEnded(on stream: HTTP2StreamID) {
        guard let call = calls[stream], !call.isAnswered else { return }
        do throws(MessageDeframer.Malformed) {
            try call.deframer.finish()
            call.inbound.finish()
        } catch {
            end(stream, GRPCStatus(error))
        }
    }

    private func streamClosed(_ stream: HTTP2StreamID) {
        guard let call = calls.removeValue(forKey: stream) else { return }
        unfinishedBytes -= call.deframer.bufferedBytes
        if call.hasDeadline { timerChanges.append(.disarm(.deadline(UInt64(stream)))) }
        call.abandonHandler(Self.gone)
    }

    private func deadlinePassed(on stream: HTTP2StreamID) {
        guard let call = calls[stream], !call.isAnswered || call.areHeadersSent else { return }
        let status = GRPCStatus(.deadlineExceeded, "the call's deadline has passed")
        if call.areHeadersSent {
            // What is queued may wait for a client that does not read: no trailers behind it.
            calls[stream]?.isAnswered = true
            call.abandonHandler(status)
            session.reset(stream, .cancel)
        } else {
            end(stream, status)
        }
    }

    // MARK: What handlers do

    private func run(_ command: ServerCommand) {
        switch command {
        case .sendHeaders(let stream):
            guard calls[stream]?.isAnswered == false else { return }
            sendHeaders(on: stream)
        case .send(let stream, let message):
            guard calls[stream]?.isAnswered == false else { return }
            sendHeaders(on: stream)
            session.send(message, on: stream)
        case .finish(let stream, let status):
            runningHandlers -= 1
            answer(stream, status)
        case .returnCredit(let stream, let count):
            session.returnCredit(count, on: stream)
        }
    }

    /// Ends a call over its handler's head.
    private func end(_ stream: HTTP2StreamID, _ status: GRPCStatus) {
        calls[stream]?.abandonHandler(status)
        answer(stream, status)
    }

    private func answer(_ stream: HTTP2StreamID, _ status: GRPCStatus) {
        guard let call = calls[stream], !call.isAnswered else { return }
        calls[stream]?.isAnswered = true
        call.outbound.fail(GRPCStatus(.cancelled, "the call has ended"))
        call.inbound.abort(GRPCStatus(.cancelled, "the call has ended"))
        let (hasInitial, trailing) = call.outbound.withHead { (!$0.initial.isEmpty, $0.trailing) }
        // Metadata for the headers is not lost when there is no message to send it before.
        if hasInitial { sendHeaders(on: stream) }
        let trailers = trailing.isEmpty ? status.fields : status.fields + trailing.fields
        if call.areHeadersSent || hasInitial {
            session.finish(stream, .withTrailers(trailers))
        } else {
            session.submitWholeResponse(Self.responseHead + trailers, on: stream)
        }
    }

    /// Held back until the first message: an error before it then is one header block, which clients may retry.
    private func sendHeaders(on stream: HTTP2StreamID) {
        guard let call = calls[stream], !call.areHeadersSent else { return }
        calls[stream]?.areHeadersSent = true
        let initial = call.outbound.withHead { head in
            head.isSent = true
            return head.initial
        }
        var fields = Self.responseHead
        if call.outbound.encoding == .gzip { fields.append(HeaderField("grpc-encoding", "gzip")) }
        if call.deframer.takesCompressed { fields.append(Self.acceptedEncodings) }
        if !initial.isEmpty { fields += initial.fields }
        session.submitResponse(fields, on: stream)
    }

    private static let acceptedEncodings = HeaderField("grpc-accept-encoding", MessageEncoding.acceptedList)
    private static let responseHead = [
        HeaderField(":status", "200"), HeaderField("content-type", "application/grpc"),
    ]
}
