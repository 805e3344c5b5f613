internal import GRPCLite
internal import Gossip
internal import SidecarAPI
internal import TLSEngine
internal import Transport

/// Where the agent answers proxies: gRPC by mutual TLS, with the compute's own certificate.
enum AgentListener {
    /// Connections open at once. Every proxy of a fleet keeps one.
    private static let connectionLimit = 1_024

    /// - Parameter tls: shows who this compute is, and asks proxies who they are.
    /// - Returns: what listens, and the health that it tells: as every other probe of readiness.
    static func start(_ context: AgentContext, tls: TLSContext) async throws -> (GRPCListening, HealthBoard) {
        let (configuration, desk) = (context.configuration, context.secrets)
        var limits = GRPCListenerLimits()
        limits.connections = connectionLimit
        // As Postgres spells it.
        let host = configuration.listenHost == "*" ? "::" : configuration.listenHost
        let own = [RoleSecretsEndpoint(endpoint: configuration.endpoint, desk: desk).definition]
        let readiness = ComputeReadiness(board: context.board, impediments: context.impediments)
        let open = OpenServices(beside: own, isOpenToAll: false) { readiness.isReady }
        let listening = try await GRPCListener.start(
            host: host, port: configuration.grpcPort, tls: tls,
            services: (own + open.definitions).map {
                $0.intercepted(by: [GRPCMetrics(context.metrics.registry).server])
            },
            authorize: open.authorization(refusal(of:by:)), limits: limits,
            metrics: context.metrics.registry, group: context.group)
        desk.listens(at: HostAndPort(host: configuration.listenHost, port: listening.port).description)
        return (listening, open.health)
    }

    /// Proxies of the fleet may ask about a role, and control planes about all. Fails closed: nobody else, whatever
    /// certificate of the fleet's they hold.
    static func refusal(of method: String, by peer: PeerIdentity) -> GRPCStatus? {
        let isAboutAll = method.hasSuffix("/List")
        return switch FleetIdentity(uriNames: peer.uriNames) {
        case .proxy where !isAboutAll, .controlPlane where isAboutAll: nil
        case nil: GRPCStatus(.unauthenticated, "a certificate with one sidecar:// identity is needed")
        case .proxy: GRPCStatus(.permissionDenied, "a proxy may ask about one role at a time")
        case .compute, .admin, .controlPlane: GRPCStatus(.permissionDenied, "only proxies may ask an agent")
        }
    }
}
