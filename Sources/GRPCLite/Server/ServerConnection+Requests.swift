// What the client does.
extension ServerConnection {
    /// - Parameter input: the bytes that the session was given last.
    func handleEvents(of input: borrowing RawSpan, at now: ContinuousClock.Instant) {
        for event in session.takeEvents() {
            switch event {
            case .headersReceived(let stream, let block): headersReceived(block, on: stream, at: now)
            case .dataReceived(let stream, let place): dataReceived(input.extracting(place), on: stream)
            case .streamEndedByPeer(let stream): requestEnded(on: stream)
            case .streamClosed(let stream, _): streamClosed(stream)
            case .bodySent(let stream, let count): calls[stream]?.wire.outboundInUse?.bytesSent(count)
            case .settingsReceived: if settings.received() { timerChanges.append(.disarm(.settingsDue)) }
            case .settingsAcknowledged: if settings.acknowledged() { timerChanges.append(.disarm(.settingsDue)) }
            case .pingAcknowledged: if shutdown == .announced { refuseNewStreams() }
            case .goAwayReceived, .requestNotSent: break
            case .offence(let offence): offences.count(offence)
            }
        }
    }

    func headersReceived(_ block: HeaderBlock, on stream: HTTP2StreamID, at now: ContinuousClock.Instant) {
        if calls[stream] == nil {
            guard runningHandlers < limits.http2.concurrentStreams else { return session.reset(stream, .refusedStream) }
            do throws(RequestHead.Refusal) {
                try begin(stream, block, at: now)
            } catch {
                return refuse(stream, error)
            }
        }
        // A later block is the request's trailers, which say nothing in gRPC but that the request ends.
        if block.endsStream { requestEnded(on: stream) }
    }

    func begin(
        _ stream: HTTP2StreamID, _ block: HeaderBlock, at now: ContinuousClock.Instant
    ) throws(RequestHead.Refusal) {
        hadCalls = true
        let head = try RequestHead(block, headerListLimit: limits.http2.headerListSize)
        guard let method = methods.method(at: head.path, in: block.bytes) else {
            throw .status(GRPCStatus(.unimplemented, "unknown method \(block.text(head.path).prefix(256))"))
        }
        if let refusal = authorize(method.path, peer) { throw .status(refusal) }
        let timeout = head.timeout.map { min($0, ConnectionLimits.longestTimer) }
        if let timeout { timerChanges.append(.arm(.deadline(UInt64(stream)), after: timeout)) }
        var context = ServerCallContext(
            method: method.path, metadata: head.metadata, peer: peer, deadline: timeout.map { now.advanced(by: $0) })
        let wire = CallWire(
            stream, commands, backlog, waiting: sharedUnfinished, unpacked: unpacked, messageLimit: limits.messageSize,
            clientAcceptsGzip: head.acceptsGzip)
        context.call = wire
        let deframer = MessageDeframer(messageLimit: limits.messageSize, takesCompressed: head.encoding != .identity)
        let call = ServerCall(stream, method, context, wire, deframer)
        calls.insert(call, at: stream)
        if method.reply == nil { startStreaming(call) }
    }

    func refuse(_ stream: HTTP2StreamID, _ refusal: RequestHead.Refusal) {
        switch refusal {
        case .http(let status):
            session.submitWholeResponse([], [HeaderField(":status", status)], on: stream)
        case .encoding:
            let status = GRPCStatus(.unimplemented, "messages can be read with the encodings listed alone")
            session.submitWholeResponse(Self.responseHead, status.fields + [Self.acceptedEncodings], on: stream)
        case .status(let status):
            session.submitWholeResponse(Self.responseHead, status.fields, on: stream)
        }
    }

    func dataReceived(_ bytes: borrowing RawSpan, on stream: HTTP2StreamID) {
        guard let call = calls[stream], call.state.phase != .answered else { return }
        var messages = ArrivedMessages()
        unfinishedBytes -= call.deframer.bufferedBytes
        do throws(MessageDeframer.Malformed) {
            try call.deframer.append(bytes) { message in messages.append(message) }
        } catch {
            unfinishedBytes += call.deframer.bufferedBytes
            offences.count(.malformedMessage)
            return breakOff(call, GRPCStatus(error))
        }
        unfinishedBytes += call.deframer.bufferedBytes
        session.received(useful: messages.count)
        if call.state.phase == .serving {
            session.returnCredit(call.wire.inbound.deliver(messages.all, byteCount: bytes.byteCount), on: stream)
        } else {
            // Nobody reads yet; what may be kept here is limited by the message's size.
            session.returnCredit(bytes.byteCount, on: stream)
            if let message = messages.first { messageArrived(message, of: call) }
            for message in messages.others { messageArrived(message, of: call) }
        }
        call.owedBytes = max(0, call.owedBytes - bytes.byteCount)
        if call.bufferedBytes > 0, unfinishedBytes > limits.unfinishedMessages {
            breakOff(call, Self.tooManyUnfinished, for: .tooManyUnfinishedBytes)
        }
    }

    /// Ends the calls with most of what no handler has taken, until that many bytes have gone or none is left.
    func breakOffFullest(freeing byteCount: Int) {
        var left = byteCount
        let fullest = calls.streams.compactMap { calls[$0] }.map { ($0, $0.heldBytes) }.filter { $0.1 > 0 }
        for (call, held) in fullest.sorted(by: { ($1.1, $0.0.stream) < ($0.1, $1.0.stream) }) where left > 0 {
            breakOff(call, Self.tooManyUnfinished, for: .tooManyUnfinishedBytes)
            left -= held
        }
    }

    /// Ends the calls whose requests were not whole when this was last done, and have hardly grown since.
    func breakOffStalledRequests() {
        for stream in calls.streams.sorted() {
            guard let call = calls[stream] else { continue }
            guard call.isRequestAwaited else {
                call.owedBytes = 0
                continue
            }
            if call.owedBytes > 0 {
                let status = GRPCStatus(.resourceExhausted, "the request did not arrive in time")
                breakOff(call, status, for: .stalledRequest)
            } else {
                call.owedBytes = limits.leastProgress
            }
        }
    }

    private func breakOff(_ call: ServerCall, _ status: GRPCStatus, for offence: HTTP2Offence) {
        offences.count(offence)
        breakOff(call, status)
    }

    private static let tooManyUnfinished = GRPCStatus(.resourceExhausted, "too many unfinished messages")

    /// What one DATA frame completed: seldom more than one message, which then needs no array.
    private struct ArrivedMessages {
        private(set) var first: ReceivedMessage?
        private(set) var others: [ReceivedMessage] = []

        var count: Int { first == nil ? 0 : 1 + others.count }
        var all: [ReceivedMessage] { first.map { [$0] + others } ?? [] }

        mutating func append(_ message: ReceivedMessage) {
            if first == nil { first = message } else { others.append(message) }
        }
    }

    func messageArrived(_ message: ReceivedMessage, of call: ServerCall) {
        let steps = call.state.handle(.messageArrived)
        if steps.contains(.keep) {
            call.request = message
            unfinishedBytes += message.bytes.count
        }
        if steps.contains(.startStreaming) { startStreaming(call) }
        if steps.contains(.deliver) { _ = call.wire.inbound.deliver([message], byteCount: 0) }
    }

    func requestEnded(on stream: HTTP2StreamID) {
        guard let call = calls[stream], call.state.phase != .answered else { return }
        do throws(MessageDeframer.Malformed) {
            try call.deframer.finish()
        } catch {
            offences.count(.malformedMessage)
            return breakOff(call, GRPCStatus(error))
        }
        let steps = call.state.handle(.requestEnded)
        if steps.contains(.startUnary) { return startUnary(call) }
        if steps.contains(.startStreaming) { startStreaming(call) }
        if steps.contains(.endRequests) { call.wire.inbound.finish() }
    }

    func streamClosed(_ stream: HTTP2StreamID) {
        guard let call = calls.remove(stream) else { return }
        forgetRequest(of: call)
        if call.context.deadline != nil { timerChanges.append(.disarm(.deadline(UInt64(stream)))) }
        if call.state.handle(.streamClosed).contains(.abandonHandler) { call.abandonHandler(Self.gone) }
    }

    func deadlinePassed(on stream: HTTP2StreamID) {
        guard let call = calls[stream] else { return }
        end(call, .deadlinePassed, GRPCStatus(.deadlineExceeded, "the call's deadline has passed"))
    }
}
