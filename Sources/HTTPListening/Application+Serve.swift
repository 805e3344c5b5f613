package import Hummingbird
internal import ServiceLifecycle

extension Application {
    /// Serves until the task is cancelled. Then no connection is taken any more, requests under way are answered for as long
    /// as `grace`, and it returns.
    ///
    /// The cancellation itself must not reach the listener: a connection that is accepted at that moment would be dropped by
    /// everybody, and NIO takes an asynchronous channel that nobody closed for a programmer's mistake, and traps.
    ///
    /// - Throws: when the address cannot be listened on.
    package func serve(grace: Duration = .seconds(2)) async throws {
        var configuration = ServiceGroupConfiguration(services: [self], logger: logger)
        configuration.maximumGracefulShutdownDuration = grace
        let group = ServiceGroup(configuration: configuration)
        // Of its own, so that it is not cancelled with us; we wait for its end below.
        let serving = Task { try await group.run() }
        try await withTaskCancellationHandler {
            try await serving.value
        } onCancel: {
            // Returns at once, also when it has not begun to run: then it remembers.
            Task { await group.triggerGracefulShutdown() }
        }
    }
}
