internal import Synchronization

/// Stands around every call of a method: it may refuse the call by throwing, change what the handler sees, and see how it
/// ends.
package typealias CallInterceptor =
    @Sendable (
        _ call: ServerCallContext, _ next: @Sendable (ServerCallContext) async throws -> Void
    ) async throws -> Void

/// Makes an interceptor for a method, once for all its calls.
package typealias ServerInterceptor = @Sendable (MethodInfo) -> CallInterceptor

extension MethodHandler {
    package var info: MethodInfo { MethodInfo(path: path, shape: shape) }

    /// The same method behind interceptors, the first of them outermost. Without any it is the method itself. One request
    /// and one response go the short way still: nothing waits that does not make its handler wait.
    package func intercepted(by interceptors: [ServerInterceptor]) -> MethodHandler {
        guard !interceptors.isEmpty else { return self }
        var innermost = self
        innermost.reply = reply?.telling()
        return interceptors.reversed().reduce(innermost) { inner, make in
            let interceptor = make(inner.info)
            let reply = inner.reply?.behind(interceptor)
            return MethodHandler(path: inner.path, shape: inner.shape, reply: reply) { inbound, outbound, context in
                try await interceptor(context) { context in try await inner.serve(inbound, outbound, context) }
            }
        }
    }
}

extension MethodHandler.UnaryReply {
    /// Tells whoever observes the messages of the call about both: on the short way they pass through nobody's hands.
    fileprivate func telling() -> Self {
        switch self {
        case .prompt(let reply):
            .prompt { bytes, context in
                context.call?.tellReceived()
                let answer = try reply(bytes, context)
                context.call?.tellSent()
                return answer
            }
        case .waiting(let reply):
            .waiting { bytes, context in
                context.call?.tellReceived()
                let answer = try await reply(bytes, context)
                context.call?.tellSent()
                return answer
            }
        }
    }

    fileprivate func behind(_ interceptor: @escaping CallInterceptor) -> Self {
        .waiting { bytes, context in
            let answer = Mutex<[UInt8]?>(nil)
            try await interceptor(context) { context in
                let given =
                    switch self {
                    case .prompt(let reply): try reply(bytes, context)
                    case .waiting(let reply): try await reply(bytes, context)
                    }
                answer.withLock { $0 = given }
            }
            guard let given = answer.withLock({ $0.take() }) else {
                throw GRPCStatus(.internalError, "an interceptor let the call pass without its handler")
            }
            return given
        }
    }
}

extension ServiceDefinition {
    /// The same service with all its methods behind interceptors.
    package func intercepted(by interceptors: [ServerInterceptor]) -> ServiceDefinition {
        ServiceDefinition(name: name, methods: methods.map { $0.intercepted(by: interceptors) })
    }
}

extension ServerCallContext {
    /// Has each message of the call told as it passes. Both are called under locks: they must be quick and not call back.
    package func observeMessages(received: @escaping @Sendable () -> Void, sent: @escaping @Sendable () -> Void) {
        call?.observe(CallWire.MessageObserver(received: received, sent: sent))
    }

    /// How a call that ended with an error ended for its client: a handler that was cancelled does not know why, but its
    /// connection does.
    package func status(of error: any Error) -> GRPCStatus {
        let status = GRPCStatus(handlerError: error)
        guard status.code == .cancelled, let reason = call?.failure else { return status }
        return reason
    }
}
