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

    /// The same method behind interceptors, the first of them outermost. Without any it is the method itself.
    package func intercepted(by interceptors: [ServerInterceptor]) -> MethodHandler {
        interceptors.reversed().reduce(self) { inner, make in
            let interceptor = make(inner.info)
            return MethodHandler(path: inner.path, shape: inner.shape) { inbound, outbound, context in
                try await interceptor(context) { context in try await inner.serve(inbound, outbound, context) }
            }
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
        call?.inbound.observe(MailboxObserver(messageTaken: received, ended: { _ in }))
        call?.outbound.observe(sent)
    }

    /// How a call that ended with an error ended for its client: a handler that was cancelled does not know why, but its
    /// connection does.
    package func status(of error: any Error) -> GRPCStatus {
        let status = GRPCStatus(handlerError: error)
        guard status.code == .cancelled, let reason = call?.inbound.failure else { return status }
        return reason
    }
}
