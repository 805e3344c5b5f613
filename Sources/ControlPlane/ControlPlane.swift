internal import GRPCLite
private import Glibc
package import Gossip
package import Logging
internal import NIOCore
internal import NIOPosix
internal import SidecarAPI
internal import Synchronization
internal import TLSEngine
internal import Telemetry
internal import Transport

/// The embedded control plane: knows the endpoints, starts and stops their computes, answers proxies and administrators.
/// Assembly only.
package final class ControlPlane: Sendable {
    /// Something that whoever embeds this wants to hear of.
    package enum EndpointsChange: Sendable {
        case created(EndpointRegistry.Created)
        case deleted(EndpointName)
    }
    package typealias EndpointsChanged = @Sendable (EndpointsChange) async -> Void

    package struct StartFailure: Error, CustomStringConvertible {
        package enum Listener: Sendable {
            case http
            case grpc
        }
        package var listener: Listener
        package var isPortTaken: Bool
        package var description: String
    }

    /// What agents still want to say when their computes have ended.
    private static let farewellGrace = Duration.milliseconds(200)

    package let registry: any EndpointDirectory
    package let httpPort: Int
    package let grpcPort: Int
    private let notices: FleetNotices?
    /// What is to be done when the last compute has ended.
    private let closed: @Sendable () async -> Void
    private let http: Task<Void, any Error>
    private let grpc: GRPCListening
    private let health: HealthBoard
    private let renewal: Task<Void, Never>

    private init(
        registry: any EndpointDirectory, notices: FleetNotices?, closed: @escaping @Sendable () async -> Void,
        httpPort: Int,
        http: Task<Void, any Error>, grpc: GRPCListening, health: HealthBoard, renewal: Task<Void, Never>
    ) {
        self.registry = registry
        self.notices = notices
        self.closed = closed
        self.httpPort = httpPort
        self.http = http
        self.grpc = grpc
        self.health = health
        self.renewal = renewal
        grpcPort = grpc.port
    }

    /// Ends what an earlier control plane left running, reads the endpoints and listens. Returns when requests are served.
    ///
    /// - Parameter notices: told what changes about endpoints; closed with the control plane.
    package static func start(
        _ configuration: ControlPlaneConfiguration, starter: any ComputeStarter, notices: FleetNotices? = nil,
        metrics: ControlPlaneMetrics = ControlPlaneMetrics(MetricRegistry()), log: Logger,
        changed: @escaping EndpointsChanged = { _ in }
    ) async throws -> ControlPlane {
        await starter.endLeftovers()
        let registry = try EndpointRegistry(
            store: EndpointStore(folder: configuration.endpointsFolder), starter: starter, limits: configuration.limits,
            wakeLimit: configuration.wakeLimit, notices: notices, metrics: metrics, log: log)
        return try await start(
            configuration, serving: registry, notices: notices, metrics: metrics, log: log, changed: changed,
            closed: { await starter.endLeftovers() })
    }

    /// Listens for those who want something of these endpoints. Returns when requests are served.
    ///
    /// - Parameter closed: called when the endpoints are closed.
    package static func start(
        _ configuration: ControlPlaneConfiguration, serving registry: any EndpointDirectory,
        notices: FleetNotices? = nil,
        metrics: ControlPlaneMetrics = ControlPlaneMetrics(MetricRegistry()), log: Logger,
        changed: @escaping EndpointsChanged = { _ in }, closed: @escaping @Sendable () async -> Void = {}
    ) async throws -> ControlPlane {
        let group = MultiThreadedEventLoopGroup.singleton
        let readiness = Readiness()
        let reports = [ReportsReceiver(registry: registry).definition]
        let openServices = OpenServices(beside: reports, isOpenToAll: configuration.isInspectionOpen) {
            readiness.isReady.load(ordering: .relaxed)
        }
        let tls = try configuration.serverContext()
        let grpc = try await listenForReports(
            configuration, tls, reports, openServices, metrics.registry, group)
        let api = ControlPlaneAPI(
            registry: registry, metrics: metrics, tokens: configuration.tokens, basePath: configuration.basePath,
            suspendAfter: configuration.limits.suspendAfter, changed: changed, log: log)
        do {
            let (http, port) = try await serve(api, configuration, group)
            readiness.isReady.store(true, ordering: .relaxed)
            openServices.health.look()
            return ControlPlane(
                registry: registry, notices: notices, closed: closed, httpPort: port, http: http, grpc: grpc,
                health: openServices.health, renewal: renewing(tls, configuration, metrics.registry, log))
        } catch {
            await grpc.shutdown(grace: .zero)
            throw failure(.http, error)
        }
    }

    /// Stops every compute, then the listeners. Returns when the last compute's process has ended.
    package func shutdown() async {
        health.shutDown()
        renewal.cancel()
        await renewal.value
        await registry.close()
        await notices?.close()
        await closed()
        await grpc.shutdown(grace: Self.farewellGrace)
        http.cancel()
        _ = await http.result
    }

    private static func listenForReports(
        _ configuration: ControlPlaneConfiguration, _ tls: TLSContext, _ reports: [ServiceDefinition],
        _ openServices: OpenServices, _ registry: MetricRegistry, _ group: any EventLoopGroup
    ) async throws -> GRPCListening {
        do {
            return try await GRPCListener.start(
                host: configuration.grpcHost, port: configuration.grpcPort, tls: tls,
                services: (reports + openServices.definitions).map {
                    $0.intercepted(by: [GRPCMetrics(registry).server])
                },
                authorize: openServices.authorization { _, peer in
                    if case .compute = FleetIdentity(uriNames: peer.uriNames) { return nil }
                    return GRPCStatus(.permissionDenied, "for computes alone")
                }, metrics: registry, group: group)
        } catch {
            throw failure(.grpc, error)
        }
    }

    private static func renewing(
        _ tls: TLSContext, _ configuration: ControlPlaneConfiguration, _ registry: MetricRegistry, _ log: Logger
    ) -> Task<Void, Never> {
        let renewal = TLSRenewal(files: configuration.identityFiles, [(tls, configuration.serverContext)])
        renewal.show(as: "identity", in: registry)
        // Ends in `shutdown`, which waits for it.
        return Task {
            await renewal.run { trouble in
                if let trouble {
                    log.error("certificate cannot be used; the former one stays", metadata: ["reason": "\(trouble)"])
                } else {
                    renewal.show(as: "identity", in: registry)
                    log.notice("certificate loaded")
                }
            }
        }
    }

    /// - Returns: the task that serves, and its port once it listens.
    private static func serve(
        _ api: ControlPlaneAPI, _ configuration: ControlPlaneConfiguration, _ group: any EventLoopGroup
    ) async throws -> (Task<Void, any Error>, Int) {
        let listening = Promise<Result<Int, any Error>>()
        // Ends in `shutdown`, which waits for it.
        let http = Task {
            do {
                try await api.serve(
                    host: configuration.httpHost, port: configuration.httpPort, group: group,
                    listening: { listening.settle(.success($0)) })
            } catch {
                listening.settle(.failure(error))
                throw error
            }
        }
        return (http, try await listening.value().get())
    }

    /// Whether the HTTP API is served, which is what proxies wait for.
    private final class Readiness: Sendable {
        let isReady = Atomic(false)
    }

    private static func failure(_ listener: StartFailure.Listener, _ error: any Error) -> StartFailure {
        let isPortTaken = (error as? IOError)?.errnoCode == EADDRINUSE
        return StartFailure(listener: listener, isPortTaken: isPortTaken, description: "\(error)")
    }
}
