/// Whom a call at the client is told to. The first two are called under locks: they must be quick and not call back.
package struct CallObserver: Sendable {
    package var sent: @Sendable () -> Void
    package var received: @Sendable () -> Void
    /// Called once: with the call's status, or with why it could not be opened.
    package var ended: @Sendable (GRPCStatus) -> Void

    package init(
        sent: @escaping @Sendable () -> Void = {}, received: @escaping @Sendable () -> Void = {},
        ended: @escaping @Sendable (GRPCStatus) -> Void = { _ in }
    ) {
        self.sent = sent
        self.received = received
        self.ended = ended
    }
}

/// Sees every call before it is opened, may change its options, and may want to be told of it.
package typealias ClientInterceptor = @Sendable (_ method: MethodInfo, _ options: inout CallOptions) -> CallObserver?

/// A channel whose calls pass interceptors, in their order.
struct InterceptedChannel: GRPCChannel {
    let channel: any GRPCChannel
    let interceptors: [ClientInterceptor]

    func open(_ path: String, options: CallOptions) async throws(GRPCStatus) -> ClientCall {
        var options = options
        let info = MethodInfo(path: path, shape: options.shape)
        let observers = interceptors.compactMap { $0(info, &options) }
        do throws(GRPCStatus) {
            let call = try await channel.open(path, options: options)
            call.observe(observers)
            return call
        } catch {
            for observer in observers { observer.ended(error) }
            throw error
        }
    }
}

extension GRPCChannel {
    package func intercepted(by interceptors: [ClientInterceptor]) -> any GRPCChannel {
        interceptors.isEmpty ? self : InterceptedChannel(channel: self, interceptors: interceptors)
    }
}
