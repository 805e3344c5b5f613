internal import HTTPListening
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import Telemetry

/// The control plane's HTTP server.
struct ControlPlaneAPI: Sendable {
    /// Proxies keep connections open; one that is silent for this long is closed.
    private static let idleLimit = TimeAmount.seconds(120)

    private let responder: RouterResponder<BasicRequestContext>
    private let log: Logger

    init(
        registry: any EndpointDirectory, metrics: ControlPlaneMetrics, tokens: BearerTokens, basePath: String,
        suspendAfter: Duration?, changed: @escaping ControlPlane.EndpointsChanged, log: Logger
    ) {
        self.log = log
        let router = Router()
        router.add(middleware: BearerGuard(tokens: tokens, log: log))
        router.get("healthz") { _, _ in JSONReply.text("ok\n") }
        router.get("readyz") { _, _ in
            guard await registry.isReady else { throw APIError.notReady }
            return JSONReply.text("ok\n")
        }
        router.get("metrics") { _, _ in
            JSONReply.text(metrics.registry.exposition(), type: "text/plain; version=0.0.4; charset=utf-8")
        }
        ProxyCalls(registry: registry, metrics: metrics).add(to: router.group(RouterPath(basePath)))
        AdministratorCalls(registry: registry, changed: changed).add(to: router.group("sidecar/v1"))
        SpecificationCalls(registry: registry, suspendAfter: suspendAfter)
            .add(to: router.group("compute/api/v2/computes"))
        responder = router.buildResponder()
    }

    /// Serves until the task is cancelled.
    ///
    /// - Parameter listening: called once, with the port.
    /// - Throws: when the address cannot be listened on.
    func serve(host: String, port: Int, group: any EventLoopGroup, listening: @escaping @Sendable (Int) -> Void)
        async throws
    {
        var quiet = log
        quiet.logLevel = max(log.logLevel, .warning)
        let application = Application(
            responder: responder, server: .http1(configuration: .init(idleTimeout: Self.idleLimit)),
            configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: "sidecar"),
            onServerRunning: { channel in listening(channel.localAddress?.port ?? port) },
            eventLoopGroupProvider: .shared(group), logger: quiet)
        try await application.serve()
    }
}
