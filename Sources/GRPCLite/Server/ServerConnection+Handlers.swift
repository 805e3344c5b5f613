// What handlers do.
extension ServerConnection {
    /// Starts a handler that reads and writes by itself.
    func startStreaming(_ call: ServerCall) {
        let (stream, commands, method, context, wire) = (call.stream, commands, call.method, call.context, call.wire)
        runningHandlers += 1
        // Not a child of anyone: a call begins in an event loop. The call table is its parent: it holds the task, and
        // cancels it when the call ends before the handler does.
        call.task = Task(executorPreference: handlerExecutor) {
            let status = await method.status(of: wire, context)
            wire.forgetTaken()
            commands.post(.finish(stream, status))
        }
        guard let message = takeRequest(of: call) else { return }
        _ = wire.inbound.deliver([message], byteCount: 0)
    }

    /// Runs a handler that takes one message and gives one, here and now as far as it does not wait.
    func startUnary(_ call: ServerCall) {
        guard session.unsentBytes <= limits.unsentBytes else {
            call.waitsToStart = true
            return waitingToStart.append(call.stream)
        }
        guard let reply = call.method.reply, let message = takeRequest(of: call) else { return }
        if message.isCompressed { call.wire.noteCompressedRequest() }
        let request: [UInt8]
        let held: Int
        do throws(GRPCStatus) {
            (request, held) = try unpacked.take(message, messageLimit: limits.messageSize)
        } catch {
            return end(call, .handlerEnded, error)
        }
        switch reply {
        case .prompt(let body):
            let context = call.context
            defer { unpacked.giveBack(held) }
            answer(call, UnaryTurn.answer { try CallScope.with(context.deadline) { try body(request, context) } })
        case .waiting(let body): startTask(body, request, unpacked: held, for: call)
        }
    }

    /// Starts a handler that may wait; when it does not, its answer is there on return.
    /// - Parameter held: of the request's bytes, those that are counted until the handler has ended.
    func startTask(
        _ body: @escaping @Sendable ([UInt8], ServerCallContext) async throws -> [UInt8], _ request: [UInt8],
        unpacked held: Int, for call: ServerCall
    ) {
        let (turn, stream, commands, context) = (UnaryTurn(), call.stream, commands, call.context)
        let unpacked = unpacked
        runningHandlers += 1
        // Not a child of anyone, as above. It begins here, on the loop, before the next line.
        let task = Task.immediate(executorPreference: handlerExecutor) {
            let answer = await UnaryTurn.answer {
                try await CallScope.with(context.deadline) { try await body(request, context) }
            }
            unpacked.giveBack(held)
            if !turn.give(answer) { commands.post(.reply(stream, answer)) }
        }
        guard let answer = turn.takeAnswer() else {
            call.task = task
            return
        }
        runningHandlers -= 1
        self.answer(call, answer)
    }

    /// Starts the handlers that waited for answers to leave.
    func startWaiting() {
        while !waitingToStart.isEmpty, session.unsentBytes <= limits.unsentBytes {
            guard let call = calls[waitingToStart.removeFirst()] else { continue }
            call.waitsToStart = false
            startUnary(call)
        }
    }

    func takeRequest(of call: ServerCall) -> ReceivedMessage? {
        guard let request = call.request else { return nil }
        call.request = nil
        unfinishedBytes -= request.bytes.count
        return request
    }

    /// The call is over: no handler is started any more. Before its stream closes, which may wait for a socket that nobody
    /// reads.
    func forgetRequest(of call: ServerCall) {
        unfinishedBytes -= call.bufferedBytes
        call.forgetRequest()
        guard call.waitsToStart else { return }
        call.waitsToStart = false
        waitingToStart.removeAll { $0 == call.stream }
    }

    func run(_ command: ServerCommand) {
        switch command {
        case .sendHeaders(let stream):
            guard let call = calls[stream] else { return }
            guard headersFit(call) else { return breakOff(call, Self.tooMuchMetadata) }
            if call.state.handle(.handlerSpoke).contains(.sendHeaders) { sendHeaders(of: call) }
        case .send(let stream, let message):
            backlog.messageTaken(message.count)
            guard let call = calls[stream] else { return }
            guard headersFit(call) else { return breakOff(call, Self.tooMuchMetadata) }
            let steps = call.state.handle(.handlerSpoke)
            if steps.contains(.sendHeaders) { sendHeaders(of: call) }
            if steps.contains(.sendMessage) { session.send(message, on: stream) }
        case .reply(let stream, let answer):
            runningHandlers -= 1
            if let call = calls[stream] { self.answer(call, answer) }
        case .finish(let stream, let status):
            runningHandlers -= 1
            if let call = calls[stream] { end(call, .handlerEnded, status) }
        case .returnCredit(let stream, let count):
            session.returnCredit(count, on: stream)
        }
    }
}
