// What becomes of calls: what the server does to them, and how they end.
extension ClientConnection {
    func headersReceived(_ block: HeaderBlock, on stream: HTTP2StreamID) {
        guard let call = calls[stream] else { return }
        let head = ResponseHead(block, isFirst: call.state.phase == .awaitingHeaders)
        if head != .interim {
            caller.answered()
            session.received(useful: 1)
        }
        do throws(GRPCStatus) {
            switch head {
            case .interim: happened(.interimArrived, on: stream)
            case .headers(let encoding):
                try call.reply.headersArrived(block.fields)
                calls[stream]?.deframer.takesCompressed = encoding != .identity
                happened(.headersArrived, on: stream)
            case .end(let status) where block.endsStream:
                try call.reply.trailersArrived(block.fields)
                happened(.statusArrived, on: stream, status)
            case .end(let status): throw status
            }
        } catch {
            happened(.answerRefused, on: stream, error)
        }
    }

    func dataReceived(_ bytes: borrowing RawSpan, on stream: HTTP2StreamID) {
        guard let steps = calls[stream]?.state.handle(.dataArrived) else { return }
        guard steps.contains(.deliver) else {
            return carryOut(steps, on: stream, GRPCStatus(.internalError, "the server sent a message before headers"))
        }
        do throws(MessageDeframer.Malformed) {
            guard let messages = try calls[stream]?.deframer.append(bytes) else { return }
            session.received(useful: messages.count)
            let credit = calls[stream]?.inbound.deliver(messages, byteCount: bytes.byteCount) ?? 0
            session.returnCredit(credit, on: stream)
        } catch {
            offences.count(.malformedMessage)
            happened(.answerRefused, on: stream, GRPCStatus(error))
        }
    }

    func streamClosed(_ stream: HTTP2StreamID, _ code: HTTP2ErrorCode, at now: ContinuousClock.Instant) {
        guard let call = calls[stream] else { return }
        // The server's timer may be faster than ours.
        let isLate = code == .cancel && call.deadline.map { $0 <= now } ?? false
        let status = isLate ? .deadlineExceeded : GRPCStatus(streamResetWith: code)
        happened(code == .refusedStream ? .refusedByServer : .resetByServer, on: stream, status)
    }

    // MARK: The call's state

    /// - Parameter status: with which the call ends, if it does.
    func happened(_ event: ClientCallState.Event, on stream: HTTP2StreamID, _ status: GRPCStatus = .ok) {
        guard let steps = calls[stream]?.state.handle(event) else { return }
        carryOut(steps, on: stream, status, event == .neverLeft ? .notSent : .refused)
    }

    /// The connection goes: calls that wait for a stream, or for the socket, go elsewhere. The session would keep them until those
    /// that are open have ended.
    func handBackUnsent(_ status: GRPCStatus) {
        for stream in calls.keys.sorted() where session.isUnsent(stream) {
            happened(.neverLeft, on: stream, status)
        }
    }

    /// - Parameter reason: why the call is handed back, if it is.
    private func carryOut(
        _ steps: ClientCallState.Steps, on stream: HTTP2StreamID, _ status: GRPCStatus,
        _ reason: TransparentRetry.Reason = .refused
    ) {
        guard let call = calls[stream] else { return }
        if steps.contains(.commit) { call.start.route.commit() }
        guard steps.contains(.tellEnd) else { return }
        forget(stream, call)
        // What it has still to send goes with it, though the reset itself may have to wait.
        if steps.contains(.cancelStream) { session.drop(stream, .cancel) }
        var status = status
        if steps.contains(.handBack), let giveBack {
            switch call.start.route.leave(reason) {
            case .left: return giveBack(UnprocessedCall(start: call.start, deadline: call.deadline))
            case .mayNot: break
            case .isCancelled: status = .cancelled
            }
        }
        status = end(of: call, status)
        if steps.contains(.dropUnread) { call.inbound.abort(status) }
        let hasFailed = status.code != .ok
        call.inbound.finish(hasFailed ? status : nil)
        call.outbound.fail(hasFailed ? status : GRPCStatus(.cancelled, "the server has ended the call"))
        if steps.contains(.releaseStream), !session.isLocallyClosed(stream) { session.reset(stream, .noError) }
    }

    /// A call has not ended well when its last message is cut off.
    private func end(of call: ActiveCall, _ status: GRPCStatus) -> GRPCStatus {
        guard status.code == .ok else { return status }
        do throws(MessageDeframer.Malformed) {
            try call.deframer.finish()
            return status
        } catch {
            offences.count(.malformedMessage)
            return GRPCStatus(error)
        }
    }

    private func forget(_ stream: HTTP2StreamID, _ call: ActiveCall) {
        calls[stream] = nil
        streams[call.id] = nil
        if call.deadline != nil { timerChanges.append(.disarm(.deadline(call.id.rawValue))) }
    }
}
