internal import AsyncHTTPClient
internal import FoundationEssentials
internal import GRPCLite
internal import Glibc
package import Gossip
package import Logging
package import NIOCore
internal import SidecarAPI
internal import TLSEngine
internal import Telemetry
internal import Transport

/// One proxy, put together. What it does is decided elsewhere: see the folders beside this file.
package final class EdgeProxy: Sendable {
    /// Where it listens, once it does.
    package struct Addresses: Sendable, Equatable {
        package var postgres: NetworkAddress
        package var http: NetworkAddress
        package var grpc: NetworkAddress
        /// Where logins in the browser are told of. `nil`: there are none.
        package var mgmt: NetworkAddress?
        /// As other members are told. `nil`: no gossip.
        package var gossip: MemberAddress?
    }

    /// Why it did not start, in one line.
    package struct StartFailure: Error, CustomStringConvertible {
        package var description: String
    }

    /// The share of all descriptors that members, agents and admins may take.
    private static let serviceShare = 8

    private let configuration: EdgeProxyConfiguration
    private let group: any EventLoopGroup
    private let fleetGroup: any EventLoopGroup
    private let outbox: FactOutbox
    private let fleet: FleetView
    private let links: PeerLinks
    private let facts: FactBridge
    private let notifications: NotificationDesk
    private let logger: Logger
    private let drainState = DrainState()
    private let metrics: EdgeMetrics
    private let exports: CollectorExports
    private let gossipMetrics: GossipMetrics
    private let drainMetrics: DrainMetrics
    private let http: HTTPClient
    private let wakes: WakeCoordinator
    private let directory: RoleDirectory
    private let sessions: SessionRunner
    private let callbacks: CallbackServer?
    private let services: [ServiceDefinition]
    private let openServices: OpenServices
    private let certificates: EdgeCertificates
    private let certificateWatcher: CertificateWatcher
    private let certificateLooks: AsyncStream<Void>.Continuation
    private let gossipService: GossipService?
    private let gossipLoop: any EventLoop
    private let isCurrent: @Sendable () -> Bool
    private let serviceLimits: GRPCListenerLimits
    private let events = EventHub()
    private let audit: AuditLog

    /// - Parameters:
    ///   - group: for clients, computes and HTTP.
    ///   - fleetGroup: for what proxies, agents and admins say to each other. Threads of its own keep a member's sign
    ///     of life from queueing behind a crowd of clients and their handshakes.
    ///   - gossipLoop: for gossip, which is best left alone; `nil`: one of `fleetGroup`.
    /// - Throws: ``EdgeProxyConfiguration/Invalid`` for a field that cannot be used, certificates included.
    package init(
        _ configuration: EdgeProxyConfiguration, group: any EventLoopGroup, fleetGroup: any EventLoopGroup,
        gossipLoop: (any EventLoop)? = nil, logger: Logger
    ) throws {
        let configuration = try configuration.validated()
        self.gossipLoop = gossipLoop ?? fleetGroup.next()
        let registry = MetricRegistry()
        metrics = EdgeMetrics(registry: registry)
        drainMetrics = DrainMetrics(registry: registry)
        gossipMetrics = GossipMetrics(registry: registry, replicasWanted: configuration.gossip?.replicasWanted)
        self.configuration = configuration
        self.group = group
        self.fleetGroup = fleetGroup
        self.logger = logger
        certificates = try EdgeCertificates(configuration)
        let (looks, certificateLooks) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.certificateLooks = certificateLooks
        certificateWatcher = CertificateWatcher(
            certificates: certificates, interval: configuration.certificates.interval, requests: looks,
            metrics: metrics, logger: logger, events: events)
        var auditLogger = Logger(label: AuditLog.label)
        auditLogger[metadataKey: "proxy"] = "\(configuration.id)"
        audit = AuditLog(auditLogger)
        let started = Int64(Date().timeIntervalSince1970 * 1_000_000)

        let serverOffences = OffenceCounters(registry, of: .server)
        exports = try CollectorExports(
            configuration, group: fleetGroup, registry: registry, offences: serverOffences, logger: logger)

        // All that can fail comes before the HTTP client, which has to be shut down once it is there.
        fleet = FleetView(
            me: configuration.id, members: configuration.members.map { FleetMember(id: $0.id, grpc: $0.grpc) })
        let resyncs = Bell()
        let cancelKeys = CancelKeyring(
            CancelTokenKeys(
                secret: Array(configuration.authentication.sharedSecret(configuration).reveal().utf8)))
        gossipService = try configuration.gossip.map {
            [fleet, events] settings throws(EdgeProxyConfiguration.Invalid) in
            try GossipService(
                settings, me: configuration.id, fleet: fleet, resyncs: resyncs,
                keysChanged: { cancelKeys.use(CancelTokenKeys($0, cluster: settings.cluster)) }, logger: logger,
                events: events)
        }
        let gossip = gossipService?.face ?? .none
        isCurrent = gossip.isCurrent
        let descriptors = DescriptorLimit.raise()
        let table = LocationTable(configuration.locationCache, metrics: metrics)
        http = ControlPlaneClient.makeHTTPClient(on: group)
        let client = ControlPlaneClient(
            authEndpoint: configuration.authEndpoint, tokens: configuration.controlPlaneTokens, http: http,
            metrics: metrics, tracer: exports.tracer, logger: logger)
        let calls = ControlPlaneCalls(
            client: client, outageLimit: configuration.controlPlaneOutageLimit, spelling: configuration.access.spelling)
        outbox = FactOutbox(handOver: gossip.handOver)
        links = PeerLinks(
            fleet: fleet, gossip: gossip,
            open: Self.opener(
                configuration, tls: certificates.links, group: fleetGroup, offences: serverOffences,
                interceptors: [GRPCMetrics(registry).client, exports.tracer.calls.client]))
        wakes = WakeCoordinator(
            fleet: fleet, table: table, peers: links, controlPlane: calls, outbox: outbox,
            configuration: configuration.wake, rate: configuration.limits.wakeRate, seed: .random(in: 0 ... .max),
            metrics: metrics, tracer: exports.tracer, logger: logger, events: events)
        let backend = BackendParts(
            configuration.authentication, calls: calls, wakes: wakes, fleet: fleet, links: links,
            agents: AgentLinks(tls: certificates.links, group: fleetGroup, offences: serverOffences),
            isCurrent: gossip.isCurrent,
            certificates: certificates,
            entrance: configuration.access.entrance, metrics: metrics, logger: logger)
        callbacks = backend.callbacks
        directory = RoleDirectory(
            source: backend.secrets, limits: configuration.access.projectInfo,
            negativeTimeToLive: configuration.negativeTimeToLive, metrics: metrics, logger: logger,
            isCurrent: gossip.isCurrent)
        let reports = ReportBook(metrics: metrics)
        facts = FactBridge(
            table: table, wakes: wakes, directory: directory, outbox: outbox, events: events,
            computes: backend.computes, reports: reports)
        notifications = NotificationDesk(facts: facts, logger: logger)
        let access = AccessDesk(
            directory: directory, entrance: configuration.access.entrance,
            endpointRate: configuration.limits.endpointRate, metrics: metrics)
        let desk = CancelDesk(
            registry: CancelRegistry(
                owner: CancelOwner(configuration.id, process: gossip.process), keyring: cancelKeys),
            peers: links,
            rules: CancelRules(
                allows: { await SuffixDirectory(inner: access).allows($0, at: $1) },
                hasEnded: { table.hasEnded($0, $1) }),
            gate: CancelGate(limits: .init()), tls: certificates.computes,
            announcement: ClientAnnouncement(isWanted: configuration.computeLink.announcesClients), metrics: metrics,
            logger: logger)
        sessions = SessionRunner(
            settings: SessionSettings(configuration, descriptors: descriptors), clientTLS: certificates.clients,
            computeTLS: certificates.computes, directory: access, waker: backend.waker, desk: desk,
            mockSecret: Self.mockSecret(configuration), browser: backend.browser, metrics: metrics,
            tracer: exports.tracer, logger: logger)
        var serviceLimits = GRPCListenerLimits()
        serviceLimits.connections = min(serviceLimits.connections, descriptors / Self.serviceShare)
        self.serviceLimits = serviceLimits
        let own = [
            ReportsEndpoint(facts: facts, resyncs: resyncs, notifications: notifications, logger: logger).definition,
            PeerEndpoint(
                wakes: wakes, fleet: fleet, gossip: gossip, beat: configuration.wake.beat,
                cancels: { await desk.serveForPeer($0, from: $1, on: group.next(), deadline: $2) },
                logins: backend.logins
            ).definition,
            audit.audited(
                AdminEndpoint(
                    members: MemberDesk(
                        fleet: fleet, startedUnixMicros: started, drain: drainState, links: links,
                        gossip: gossipService),
                    endpoints: EndpointDesk(
                        calls: EndpointCalls(client: client), waker: wakes, facts: facts,
                        newSession: { SessionID.fresh() }),
                    caches: CacheDesk(
                        me: configuration.id, table: table, directory: directory, wakes: wakes, facts: facts,
                        reports: reports, sessions: sessions.registry, notifications: notifications),
                    sessions: SessionDesk(me: configuration.id, registry: sessions.registry),
                    operation: OperationDesk(
                        me: configuration.id, settings: configuration.effectiveSettings,
                        levels: configuration.logLevels),
                    watching: WatchDesk(
                        me: configuration.id, hub: events, sessions: sessions.registry, drain: drainState),
                    draining: DrainDesk(state: drainState)
                ).definition),
        ]
        openServices = OpenServices(beside: own, isOpenToAll: configuration.isInspectionOpen) {
            [drainState, isCurrent] in drainState.stage == .serving && isCurrent()
        }
        let interceptors = [
            GRPCMetrics(registry).server, exports.tracer.calls.server, CallLog(logger: logger).server,
        ]
        services = (own + openServices.definitions).map { $0.intercepted(by: interceptors) }
    }

    /// Serves until ``drain()`` has been called and has come to its end, or the task is cancelled: then at once.
    ///
    /// - Parameter onReady: called once, when every port is open.
    package func run(onReady: @escaping @Sendable (Addresses) -> Void) async throws {
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                let (httpPorts, httpPort) = AsyncStream.makeStream(of: Int.self)
                group.addTask { await self.wakes.run() }
                group.addTask { await self.directory.run() }
                group.addTask { await self.notifications.run() }
                group.addTask { await self.links.keepWarm() }
                group.addTask { await self.outbox.run() }
                group.addTask { await self.certificateWatcher.run() }
                group.addTask { await self.exports.run { await self.refreshMetrics() } }
                group.addTask { await self.openServices.health.run() }
                group.addTask { await self.sessions.meters.run() }
                group.addTask { try await self.serveStatus { httpPort.yield($0) } }
                group.addTask { try await self.serve(httpPorts, onReady) }
                // The first to end is the one that was asked to, or one that failed; its error goes up.
                defer { group.cancelAll() }
                while try await group.next() != nil {
                    if drainState.isDraining || Task.isCancelled { break }
                }
            }
        } catch {
            try? await http.shutdown()
            throw error
        }
        await exports.flush { await self.refreshMetrics() }
        // Calls that are still under way are of no use to anybody any more.
        try? await http.shutdown()
    }

    /// Asks for the orderly end: readiness 503, no new clients after the lag, and an end within the drain's deadline.
    package func drain() { drainState.beganDraining() }

    /// Asks for the end now: whoever is here hears 57P01 where that can be said. Takes ``DrainSettings/farewellLimit`` at most.
    package func hurry() { drainState.hurry() }

    package var drainProgress: DrainProgress { drainState.progress }

    /// Reads every certificate anew, now. A pair that cannot be used leaves the former in its place.
    package func reload() {
        certificateLooks.yield()
    }

    // MARK: - Serving

    private func serve(
        _ httpPorts: AsyncStream<Int>, _ onReady: @Sendable (Addresses) -> Void
    ) async throws {
        let authorization = ServiceAuthorization(audit)
        let grpc = try await Self.opening("grpc", configuration.grpc) {
            try await GRPCListener.start(
                host: configuration.grpc.host, port: configuration.grpc.port, tls: certificates.services,
                services: services,
                authorize: openServices.authorization { authorization.verdict(on: $0, for: $1) },
                limits: serviceLimits, metrics: metrics.registry, group: fleetGroup)
        }
        let postgres = try await Self.opening("listen", configuration.listen) {
            try await Listener.bind(
                host: configuration.listen.host, port: configuration.listen.port, group: group,
                connectionLimit: sessions.connectionLimit
            ) { [sessions] stream in
                await sessions.run(stream)
            }
        }
        let mgmt = try await bindCallbacks()
        let served = addresses(postgres: postgres.port, http: 0, grpc: grpc.port)
        try await gossiping(over: served.grpc) { gossipAddress in
            for await httpPort in httpPorts {
                drainState.beganServing()
                var told = addresses(postgres: postgres.port, http: httpPort, grpc: grpc.port, gossip: gossipAddress)
                told.mgmt = mgmt.map { NetworkAddress(host: $0.localAddress.ipAddress ?? "", port: $0.port) }
                onReady(told)
                break
            }
            await drainState.waitForDrain()
            await end(postgres, grpc)
            // Last: sessions that drain may be waiting for one.
            await mgmt?.stopAccepting()
            mgmt?.cancelConnections()
        }
    }

    /// Carries `body` out between the first sync with the others and the goodbye to them.
    private func gossiping(
        over grpc: NetworkAddress, _ body: (MemberAddress?) async throws -> Void
    ) async throws {
        guard let gossipService else { return try await body(nil) }
        let (openings, opening) = AsyncThrowingStream.makeStream(of: MemberAddress.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await gossipService.run(
                        grpc: grpc, links: self.links, facts: self.facts, loop: self.gossipLoop
                    ) { opening.yield($0) }
                    opening.finish()
                } catch {
                    opening.finish(throwing: error)
                    throw error
                }
            }
            for try await address in openings {
                try await body(address)
                break
            }
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    /// - Returns: `nil` without logins in the browser.
    private func bindCallbacks() async throws -> ListeningSocket? {
        guard let callbacks, case .browser(let settings) = configuration.authentication.backend else { return nil }
        return try await Self.opening("mgmt", settings.callbacks) {
            try await Listener.bind(
                host: settings.callbacks.host, port: settings.callbacks.port, group: group,
                connectionLimit: CallbackServer.connectionLimit
            ) { await callbacks.serve($0) }
        }
    }

    private func end(_ postgres: ListeningSocket, _ grpc: GRPCListening) async {
        let settings = configuration.drain
        await DrainRun(
            settings: settings, deadline: configuration.drainDeadline, registry: sessions.registry, state: drainState,
            metrics: drainMetrics, logger: logger, door: postgres, flights: { [wakes] in await wakes.flightCount }
        ) { [fleet, metrics, gossipService] in
            metrics.drain.set(1)
            fleet.beganDraining()
            await gossipService?.beganDraining()
        }.run()
        await Self.within(settings.farewellLimit) { await postgres.waitForConnections() }
        events.close()
        openServices.health.shutDown()
        await grpc.shutdown(grace: .milliseconds(200))
        logger.notice("drained")
    }

    private func serveStatus(onListening: @escaping @Sendable (Int) -> Void) async throws {
        let shown = configuration.listen.text
        let server = StatusServer(
            address: configuration.http, metrics: metrics, drain: drainState, logger: logger,
            isCurrent: isCurrent,
            refresh: { await self.refreshMetrics() }
        ) { [configuration, fleet, sessions, drainState] in
            StatusPage(
                id: configuration.id, stage: drainState.stage, postgresAddress: shown, domain: configuration.domain,
                members: fleet.members, openSessions: sessions.registry.count
            ).html
        }
        try await Self.opening("http", configuration.http) {
            try await server.run { onListening($0) }
        }
    }

    /// Brings metrics up to date that are kept elsewhere.
    private func refreshMetrics() async {
        metrics.service(is: drainState.stage.serviceState)
        metrics.wakeWaiters.set(await wakes.waiterCount)
        metrics.wakeFlights.set(await wakes.flightCount)
        if let snapshot = await gossipService?.snapshot() { gossipMetrics.copy(snapshot) }
    }

    private func addresses(postgres: Int, http: Int, grpc: Int, gossip: MemberAddress? = nil) -> Addresses {
        Addresses(
            postgres: NetworkAddress(host: configuration.listen.host, port: postgres),
            http: NetworkAddress(host: configuration.http.host, port: http),
            grpc: NetworkAddress(host: configuration.grpc.host, port: grpc), gossip: gossip)
    }

    // MARK: - Parts

    private static func opener(
        _ configuration: EdgeProxyConfiguration, tls: TLSContext, group: any EventLoopGroup,
        offences: OffenceCounters, interceptors: [ClientInterceptor]
    ) -> @Sendable (FleetMember) -> any GRPCChannel {
        { [shared = configuration.sharedIdentity, wake = configuration.wake] member in
            let expected = FleetIdentity.proxy(shared ?? member.id)
            return GRPCClientChannel(
                host: member.grpc.host, port: member.grpc.port, tls: tls,
                expectedPeer: { FleetIdentity(uriNames: $0.uriNames) == expected },
                connectLimit: wake.goneAfter, offences: offences, group: group
            ).intercepted(by: interceptors)
        }
    }

    /// The same on every proxy of the fleet, so that a made-up salt does not depend on whom one asks.
    private static func mockSecret(_ configuration: EdgeProxyConfiguration) -> [UInt8] {
        let secret = configuration.authentication.sharedSecret(configuration)
        return Digests.hmacSHA256(key: Array(secret.reveal().utf8), Array("mock verifiers".utf8))
    }

    private static func opening<Result>(
        _ field: String, _ address: NetworkAddress, _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await body()
        } catch let error as IOError {
            throw StartFailure(description: "--\(field) \(address): \(String(cString: strerror(error.errnoCode)))")
        }
    }

    private static func within(_ limit: Duration, _ body: @escaping @Sendable () async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await body() }
            // Cancelled when the body was faster.
            group.addTask { try? await Task.sleep(for: limit) }
            await group.next()
            group.cancelAll()
        }
    }
}
