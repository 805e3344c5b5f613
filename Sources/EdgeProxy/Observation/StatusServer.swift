internal import HTTPListening
internal import Hummingbird
package import Logging
internal import NIOCore

/// The HTTP listener of a proxy: status, health, readiness, metrics, and a page for people.
package struct StatusServer: Sendable {
    /// What strangers may take of it.
    package struct Limits: Sendable {
        /// A connection that sends no whole request for so long is closed.
        package var idle: Duration = .seconds(30)
        /// Connections open at once; more wait in the kernel's queue until one is closed.
        package var connections = 256

        package init() {}
    }

    private let address: NetworkAddress
    private let metrics: EdgeMetrics
    private let drain: DrainState
    private let page: @Sendable () -> String
    private let limits: Limits
    private let logger: Logger
    private let isCurrent: @Sendable () -> Bool
    private let refresh: @Sendable () async -> Void

    /// - Parameters:
    ///   - isCurrent: whether what this proxy knows of the fleet agrees with the others; not ready otherwise.
    ///   - refresh: brings metrics up to date that are kept elsewhere.
    package init(
        address: NetworkAddress, metrics: EdgeMetrics, drain: DrainState, limits: Limits = Limits(), logger: Logger,
        isCurrent: @escaping @Sendable () -> Bool = { true }, refresh: @escaping @Sendable () async -> Void = {},
        page: @escaping @Sendable () -> String
    ) {
        self.address = address
        self.metrics = metrics
        self.drain = drain
        self.page = page
        self.limits = limits
        self.logger = logger
        self.isCurrent = isCurrent
        self.refresh = refresh
    }

    /// Serves until the task is cancelled.
    ///
    /// - Parameter onListening: hears the port, which differs from the configured one when that is 0.
    package func run(onListening: @escaping @Sendable (Int) async -> Void) async throws {
        var quiet = logger
        // Hummingbird announces its start, and calls being cancelled an error; what matters it throws.
        quiet.logLevel = .critical
        let application = Application(
            router: router(),
            server: .http1(configuration: .init(idleTimeout: TimeAmount(limits.idle))),
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port),
                availableConnectionsDelegate: .maximum(limits.connections, logger: quiet)),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? 0) },
            logger: quiet)
        try await application.serve()
    }

    private func router() -> Router<BasicRequestContext> {
        let router = Router()
        // Neon's answer: an empty JSON string.
        router.get("/v1/status") { _, _ in Self.answer(.ok, "application/json", "\"\"") }
        router.get("/healthz") { _, _ in Self.answer(.ok, "text/plain; charset=utf-8", "ok\n") }
        router.get("/readyz") { _, _ in
            let stage = drain.stage
            let isStale = stage == .serving && !isCurrent()
            return Self.answer(
                stage == .serving && !isStale ? .ok : .serviceUnavailable, "text/plain; charset=utf-8",
                (isStale ? "stale" : stage.rawValue) + "\n")
        }
        router.get("/metrics") { _, _ in
            await refresh()
            return Self.answer(.ok, "text/plain; version=0.0.4; charset=utf-8", metrics.exposition())
        }
        router.get("/") { _, _ in Self.answer(.ok, "text/html; charset=utf-8", page()) }
        return router
    }

    private static func answer(_ status: HTTPResponse.Status, _ type: String, _ body: String) -> Response {
        Response(
            status: status, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
    }
}
