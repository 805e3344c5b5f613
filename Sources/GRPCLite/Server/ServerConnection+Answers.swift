// What the client is told.
extension ServerConnection {
    /// Answers a unary call.
    func answer(_ call: ServerCall, _ answer: UnaryTurn.Answer) {
        let message: [UInt8]
        switch answer {
        case .failure(let status): return end(call, .handlerEnded, status)
        case .success(let bytes): message = bytes
        }
        let outlet = call.wire.outboundInUse
        let compressed = outlet.flatMap { $0.encoding.compressed(message) }
        let body = compressed ?? message
        guard let prefix = MessageFrame.prefix(forLength: body.count, isCompressed: compressed != nil) else {
            let status = GRPCStatus(.resourceExhausted, "the message is longer than gRPC can frame")
            return end(call, .handlerEnded, status)
        }
        guard headersFit(call) else { return breakOff(call, Self.tooMuchMetadata) }
        let steps = call.state.handle(.handlerReplied)
        guard steps.contains(.sendMessage) else { return }
        let hasTrailing = outlet?.withHead { !$0.trailing.isEmpty } ?? false
        let whole = OutboundBody(
            message: body, prefix: prefix,
            then: hasTrailing ? .withTrailers(trailers(of: call, .ok)) : .withConstants(Self.success))
        if steps.contains(.sendHeaders) {
            session.submitResponse(Self.responseHead, headerFields(of: call), whole, on: call.stream)
        } else {
            session.replaceBody(whole, on: call.stream)
        }
    }

    /// Ends a call over its handler's head.
    func breakOff(_ call: ServerCall, _ status: GRPCStatus) {
        end(call, .brokenOff, status)
    }

    /// What ends a call, by whatever way, with a status.
    func end(_ call: ServerCall, _ event: CallState.Event, _ status: GRPCStatus) {
        // Metadata for the headers is not lost when there is no message to send it before.
        if event == .handlerEnded, call.wire.outboundInUse?.withHead({ !$0.isSent && !$0.initial.isEmpty }) == true {
            guard headersFit(call) else { return breakOff(call, Self.tooMuchMetadata) }
            if call.state.handle(.handlerSpoke).contains(.sendHeaders) { sendHeaders(of: call) }
        }
        var steps = call.state.handle(event)
        forgetRequest(of: call)
        if steps.contains(.abandonHandler) { call.abandonHandler(status) }
        if steps.contains(.sendTrailersOrReset) {
            steps.insert(session.hasUnsentBytes(on: call.stream) ? .reset : .sendTrailers)
        }
        if !steps.isDisjoint(with: [.sendTrailers, .sendTrailersOnly]) {
            let trailers = trailers(of: call, status)
            if steps.contains(.sendTrailers) {
                let end: OutboundBody.End =
                    trailers == GRPCStatus.ok.fields ? .withConstants(Self.success) : .withTrailers(trailers)
                session.finish(call.stream, end)
            } else {
                session.submitWholeResponse(Self.responseHead, trailers, on: call.stream)
            }
        }
        if steps.contains(.reset) { session.reset(call.stream, .cancel) }
        // A handler that has answered may still have tasks of its own that use the call.
        if event == .handlerEnded { call.wire.fail(Self.over) }
    }

    /// The status and the handler's trailing metadata or, when they are more than can be sent, only that they are.
    private func trailers(of call: ServerCall, _ status: GRPCStatus) -> [HeaderField] {
        let fields = status.fields + (call.wire.outboundInUse?.withHead(\.trailing).fields ?? [])
        return fields.canBeSent ? fields : Self.tooMuchMetadata.fields
    }

    /// Whether the headers are sent already, or can be.
    func headersFit(_ call: ServerCall) -> Bool {
        guard !call.state.areHeadersSent, let outlet = call.wire.outboundInUse else { return true }
        return outlet.withHead(\.initial).fields.canBeSent
    }

    func sendHeaders(of call: ServerCall) {
        session.submitResponse(Self.responseHead, headerFields(of: call), on: call.stream)
    }

    /// What a call's response headers hold beside those that all have.
    func headerFields(of call: ServerCall) -> [HeaderField] {
        var fields: [HeaderField] = []
        if call.deframer.takesCompressed { fields.append(Self.acceptedEncodings) }
        guard let outlet = call.wire.outboundInUse else { return fields }
        if outlet.encoding == .gzip { fields.append(HeaderField("grpc-encoding", "gzip")) }
        let initial = outlet.withHead { head in
            head.isSent = true
            return head.initial
        }
        return initial.isEmpty ? fields : fields + initial.fields
    }

    static let acceptedEncodings = HeaderField("grpc-accept-encoding", MessageEncoding.acceptedList)
    static let tooMuchMetadata = GRPCStatus(.resourceExhausted, "the answer's metadata is longer than can be sent")
    static let over = GRPCStatus(.cancelled, "the call has ended")
    static let responseHead = [
        ConstantField(":status", "200"), ConstantField("content-type", "application/grpc"),
    ]
    static let success = [ConstantField("grpc-status", "0")]
}
