/// One connection at the client: gives each call a stream, and tells the call what became of it.
///
/// It belongs to one event loop and is driven from there: bytes and fired timers go in, output and timer changes come
/// out. Tasks reach it through its ``ClientCaller``. It reads no clock and owns no socket.
package final class ClientConnection: DrivenConnection {
    package let caller: ClientCaller

    private let session: HTTP2Session
    private let limits: ConnectionLimits
    /// Those fields of a request that are the same for every call, pseudo-fields first.
    private let commonFields: (pseudo: [HeaderField], plain: [HeaderField])
    private let commands: CommandQueue<ClientCommand>

    private var calls: [HTTP2StreamID: ActiveCall] = [:]
    private var streams: [ClientCall.ID: HTTP2StreamID] = [:]
    private var keepalive: Keepalive
    private var timerChanges: [TimerChange] = []
    private var isLost = false

    /// - Parameters:
    ///   - authority: host and port, as the server is called by us.
    ///   - isSecure: whether TLS is below.
    ///   - wake: called from any thread when tasks left commands; has the shell call ``takeOutput(limit:)`` soon.
    package init(
        authority: String, isSecure: Bool, limits: ConnectionLimits = ConnectionLimits(),
        at now: ContinuousClock.Instant, wake: @escaping @Sendable () -> Void
    ) throws(HTTP2Failure) {
        session = try HTTP2Session(.client, limits: limits.http2, at: now)
        self.limits = limits
        commonFields = (
            [
                HeaderField(":method", "POST"), HeaderField(":scheme", isSecure ? "https" : "http"),
                HeaderField(":authority", authority),
            ],
            [
                HeaderField("te", "trailers"), HeaderField("content-type", "application/grpc"),
                HeaderField("user-agent", "grpc-swift-lite/1.0"),
                HeaderField("grpc-accept-encoding", MessageEncoding.acceptedList),
            ]
        )
        commands = CommandQueue(wake: wake)
        caller = ClientCaller(commands: commands, messageLimit: limits.messageSize)
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

    /// - Returns: bytes for the server; empty when there are none now.
    package func takeOutput(limit: Int, at now: ContinuousClock.Instant) -> [UInt8] {
        for command in commands.takeAll() { run(command, at: now) }
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
        case .deadline(let number):
            guard let stream = streams[ClientCall.ID(rawValue: number)] else { return }
            abort(stream, .deadlineExceeded, reset: .cancel)
        case .settingsDue: lose()
        case .keepalive: checkPeer()
        case .shutdownHeard: break
        }
    }

    /// All output has been taken and none will follow: the shell closes the socket.
    package var isFinished: Bool {
        isLost || session.isFinished
    }

    package var openCalls: Int { calls.count }

    /// Takes no more calls, and says goodbye behind the last open one.
    package func retire(at now: ContinuousClock.Instant) {
        for command in commands.takeAll() { run(command, at: now) }
        caller.stopAcceptingCalls()
        session.refuseNewStreams()
    }

    /// Ends every call and says goodbye.
    package func shutDown() {
        caller.stopAcceptingCalls()
        for stream in calls.keys.sorted() {
            abort(stream, GRPCStatus(.cancelled, "the channel was shut down"), reset: .cancel)
        }
        session.refuseNewStreams()
    }

    /// The socket has gone: calls end `UNAVAILABLE`. Nothing may be asked of the connection after this.
    package func connectionLost() {
        lose()
        let status = GRPCStatus(.unavailable, "the connection was lost")
        for call in calls.values {
            call.inbound.finish(status)
            call.outbound.fail(status)
        }
        calls = [:]
        streams = [:]
        for case .start(let start) in commands.close() { refuse(start, status) }
    }

    private func lose() {
        isLost = true
        caller.stopAcceptingCalls()
    }

    private func checkPeer() {
        for action in keepalive.timerFired() {
            switch action {
            case .ping: session.ping()
            case .rearm(let delay): timerChanges.append(.arm(.keepalive, after: delay))
            case .giveUp: lose()
            }
        }
    }

    // MARK: What callers do

    private func run(_ command: ClientCommand, at now: ContinuousClock.Instant) {
        switch command {
        case .start(let start): begin(start, at: now)
        case .send(let id, let message):
            if let stream = streams[id] { session.send(message, on: stream) }
        case .finishSending(let id):
            if let stream = streams[id] { session.finish(stream, .withStream) }
        case .cancel(let id):
            guard let stream = streams[id] else { return }
            abort(stream, GRPCStatus(.cancelled, "the call was cancelled"), reset: .cancel)
        case .returnCredit(let id, let count):
            if let stream = streams[id] { session.returnCredit(count, on: stream) }
        }
    }

    private func begin(_ start: ClientCallStart, at now: ContinuousClock.Instant) {
        guard caller.acceptsCalls else {
            return refuse(start, GRPCStatus(.unavailable, "the connection is going away"))
        }
        var fields = commonFields.pseudo
        fields.append(HeaderField(":path", start.path))
        if let timeout = start.timeout {
            fields.append(HeaderField("grpc-timeout", GRPCTimeout.encode(timeout), isIndexed: false))
        }
        fields += commonFields.plain
        if start.encoding != .identity { fields.append(HeaderField("grpc-encoding", start.encoding.rawValue)) }
        fields += start.metadata.fields
        do throws(HTTP2Failure) {
            let stream = try session.submitRequest(fields)
            let timeout = start.timeout.map { min($0, ConnectionLimits.longestTimer) }
            streams[start.id] = stream
            calls[stream] = ActiveCall(
                id: start.id, inbound: start.inbound, outbound: start.outbound, reply: start.reply,
                deframer: MessageDeframer(messageLimit: limits.messageSize),
                deadline: timeout.map { now.advanced(by: $0) })
            if let timeout { timerChanges.append(.arm(.deadline(start.id.rawValue), after: timeout)) }
        } catch {
            // Stream numbers have run out, or memory has: either way this connection is used up.
            caller.stopAcceptingCalls()
            refuse(start, GRPCStatus(.unavailable, "no stream can be opened: \(error)"))
        }
    }

    private func refuse(_ start: ClientCallStart, _ status: GRPCStatus) {
        start.inbound.finish(status)
        start.outbound.fail(status)
    }

    // MARK: What the server does

    private func handleEvents(at now: ContinuousClock.Instant) {
        for event in session.takeEvents() {
            switch event {
            case .headersReceived(let stream, let block): headersReceived(block, on: stream)
            case .dataReceived(let stream, let bytes): dataReceived(bytes, on: stream)
            case .streamEndedByPeer(let stream):
                finish(stream, GRPCStatus(.unknown, "the server ended the stream without a status"))
            case .streamClosed(let stream, let code): streamClosed(stream, code, at: now)
            case .bodySent(let stream, let count): calls[stream]?.outbound.bytesSent(count)
            case .settingsReceived: timerChanges.append(.disarm(.settingsDue))
            case .pingAcknowledged: break
            // What is above the last stream is closed by the session as refused.
            case .goAwayReceived: caller.stopAcceptingCalls()
            }
        }
    }

    private func headersReceived(_ block: HeaderBlock, on stream: HTTP2StreamID) {
        guard let call = calls[stream] else { return }
        do throws(GRPCStatus) {
            switch ResponseHead(block, isFirst: !call.haveHeadersArrived) {
            case .interim: break
            case .headers(let encoding):
                try call.reply.headersArrived(block.fields)
                calls[stream]?.haveHeadersArrived = true
                calls[stream]?.deframer.takesCompressed = encoding != .identity
            case .end(let status) where block.endsStream:
                try call.reply.trailersArrived(block.fields)
                finish(stream, status)
            case .end(let status): throw status
            }
        } catch {
            abort(stream, error, reset: .cancel)
        }
    }

    private func dataReceived(_ bytes: [UInt8], on stream: HTTP2StreamID) {
        do throws(MessageDeframer.Malformed) {
            guard let messages = try calls[stream]?.deframer.append(bytes) else { return }
            let credit = calls[stream]?.inbound.deliver(messages, byteCount: bytes.count) ?? 0
            session.returnCredit(credit, on: stream)
        } catch {
            abort(stream, GRPCStatus(error), reset: .cancel)
        }
    }

    private func streamClosed(_ stream: HTTP2StreamID, _ code: HTTP2ErrorCode, at now: ContinuousClock.Instant) {
        guard let call = calls[stream] else { return }
        // The server's timer may be faster than ours.
        let isLate = code == .cancel && call.deadline.map { $0 <= now } ?? false
        remove(stream, isLate ? .deadlineExceeded : GRPCStatus(streamResetWith: code))
    }

    // MARK: Ends

    /// The server has said how the call ended. What it sent before is still read.
    private func finish(_ stream: HTTP2StreamID, _ status: GRPCStatus) {
        guard let call = calls[stream] else { return }
        var status = status
        if status.code == .ok {
            do throws(MessageDeframer.Malformed) { try call.deframer.finish() } catch { status = GRPCStatus(error) }
        }
        remove(stream, status)
        // Nobody will read what we have still to send.
        if !session.isLocallyClosed(stream) { session.reset(stream, .noError) }
    }

    /// The call ends here and now, whatever the server still says. What was received and not read is dropped.
    private func abort(_ stream: HTTP2StreamID, _ status: GRPCStatus, reset code: HTTP2ErrorCode) {
        guard let call = calls[stream] else { return }
        call.inbound.abort(status)
        remove(stream, status)
        session.reset(stream, code)
    }

    private func remove(_ stream: HTTP2StreamID, _ status: GRPCStatus) {
        guard let call = calls.removeValue(forKey: stream) else { return }
        streams[call.id] = nil
        if call.deadline != nil { timerChanges.append(.disarm(.deadline(call.id.rawValue))) }
        let hasFailed = status.code != .ok
        call.inbound.finish(hasFailed ? status : nil)
        call.outbound.fail(hasFailed ? status : GRPCStatus(.cancelled, "the server has ended the call"))
    }
}
