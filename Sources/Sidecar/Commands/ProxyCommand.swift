internal import ArgumentParser
internal import EdgeProxy
internal import FoundationEssentials
internal import Glibc
internal import Gossip
internal import Logging
internal import NIOPosix
internal import SystemPackage
internal import Telemetry
internal import UnixSignals

/// One edge proxy.
struct ProxyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "proxy", abstract: "One edge proxy.",
        discussion: """
            Prints one line on standard output when every port is open: “ready {…}”. SIGTERM and SIGINT drain: readiness \
            503, no new clients after the lag, and every session is ended at its next idle point, at the latest by the \
            deadline; its client reads 57P01 and connects elsewhere. A second signal ends all of them now; a third one, or \
            SIGQUIT, the process. SIGHUP reads the certificates anew.
            """)

    @Option(help: "This proxy's name in the fleet.")
    var id: String

    @Option(help: "Where Postgres clients connect.")
    var listen = ListenAddress(host: "127.0.0.1", port: 4432)

    @Option(help: "Status, readiness and metrics.")
    var http = ListenAddress(host: "127.0.0.1", port: 7001)

    @Option(help: "gRPC: agents' reports, other members, the admin.")
    var grpc = ListenAddress(host: "127.0.0.1", port: 7002)

    @OptionGroup(title: "Gossip") var gossip: GossipOptions

    @OptionGroup(title: "Balancers") var proxyProtocol: ProxyProtocolOptions

    @OptionGroup(title: "Authentication") var authentication: AuthenticationOptions

    @OptionGroup(title: "Sessions") var relay: RelayOptions

    @OptionGroup(title: "Computes") var computeLink: ComputeLinkOptions

    @OptionGroup(title: "Clients") var banner: BannerOptions

    @Option(name: [.customLong("tls-cert"), .customShort("c")], help: "Certificate chain shown to clients, PEM.")
    var tlsCert: String

    @Option(name: [.customLong("tls-key"), .customShort("k")], help: "Its private key, PEM.")
    var tlsKey: String

    @OptionGroup(title: "Certificates for clients") var certificates: CertificateOptions

    @Option(help: "Certificates to trust behind the edge, PEM.")
    var caFile: String

    @Option(help: "Certificate chain shown to members, agents, admins and computes, PEM.")
    var identityCert: String

    @Option(help: "Its private key, PEM.")
    var identityKey: String

    @Option(help: "How many locations to remember, and for how long after their last use.")
    var wakeComputeCache = "size=4000,ttl=5m"

    @OptionGroup(title: "Access") var access: AccessOptions

    @OptionGroup(title: "Inspection") var inspection: InspectionOptions

    @OptionGroup(title: "Draining") var drain: DrainOptions

    @OptionGroup(title: "Limits") var limits: LimitOptions

    @Flag(help: "Stop when standard input ends: the parent holds its other end.")
    var lifeline = false

    @OptionGroup(title: "Collector") var collector: CollectorOptions
    @OptionGroup var log: LogFormatOption
    @OptionGroup var file: ConfigurationFileOption

    func run() async throws {
        // A client that hangs up, or a parent that is gone, must not end everybody else's session.
        signal(SIGPIPE, SIG_IGN)
        var logger = Logger(label: "proxy")
        logger[metadataKey: "proxy"] = "\(id)"
        let proxy: EdgeProxy
        do {
            proxy = try EdgeProxy(
                try proxyConfiguration(), group: MultiThreadedEventLoopGroup.singleton,
                fleetGroup: MultiThreadedEventLoopGroup(numberOfThreads: 1),
                gossipLoop: MultiThreadedEventLoopGroup(numberOfThreads: 1).next(), logger: logger)
        } catch let invalid as EdgeProxyConfiguration.Invalid {
            throw CommandFailure.badConfiguration("--\(invalid)")
        }
        let requests = await StopRequests.listen(lifeline: lifeline)
        let reloads = await ReloadRequests.listen()
        do {
            try await serve(proxy, reloadingAt: reloads, until: requests)
        } catch let failure as EdgeProxy.StartFailure {
            throw CommandFailure.failed("\(failure)")
        }
    }

    /// How long a second signal leaves for last words.
    private static let hurryLimit: Duration = .seconds(3)

    /// Serves until the first request to stop has been carried out; a second one makes it short.
    private func serve(
        _ proxy: EdgeProxy, reloadingAt reloads: UnixSignalsSequence, until requests: AsyncStream<StopRequest>
    ) async throws {
        let id = id
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await proxy.run { Self.announce(id, $0) } }
            group.addTask {
                for await _ in reloads { proxy.reload() }
                // They end with the task alone; this one must not be the first to end.
            }
            group.addTask {
                var asked = 0
                for await request in requests {
                    asked += 1
                    switch (request, asked) {
                    case (.quit, _), (_, 3...): Glibc.exit(0)
                    case (_, 1): proxy.drain()
                    default:
                        proxy.hurry()
                        Self.exitSoon()
                    }
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Now means now: what does not end by itself is not waited for.
    private static func exitSoon() {
        // Outlives nothing: it ends the process, unless that is faster.
        Task {
            try? await Task.sleep(for: hurryLimit)
            Glibc.exit(0)
        }
    }

    private static func announce(_ id: String, _ addresses: EdgeProxy.Addresses) {
        let ready = Ready(
            id: id, postgres: addresses.postgres.text, http: addresses.http.text, grpc: addresses.grpc.text,
            gossip: addresses.gossip?.text, mgmt: addresses.mgmt?.text,
            pid: ProcessInfo.processInfo.processIdentifier)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let line = try? encoder.encode(ready) else { return }
        // A parent that is gone reads nothing, and the lifeline tells us so.
        try? FileDescriptor.standardOutput.write(line: "ready " + String(decoding: line, as: UTF8.self))
    }

    private struct Ready: Encodable {
        var id: String
        var postgres: String
        var http: String
        var grpc: String
        var gossip: String?
        var mgmt: String?
        var pid: Int32
    }

    private func proxyConfiguration() throws -> EdgeProxyConfiguration {
        var configuration = EdgeProxyConfiguration(
            id: MemberID(id), listen: listen.networkAddress, http: http.networkAddress, grpc: grpc.networkAddress,
            members: [],
            authEndpoint: authentication.authEndpoint, controlPlaneTokens: try authentication.tokens(),
            domain: certificates.domainList[0],
            edge: EdgeProxyConfiguration.KeyPair(certificateFile: tlsCert, keyFile: tlsKey),
            identity: EdgeProxyConfiguration.KeyPair(certificateFile: identityCert, keyFile: identityKey),
            trustedCAFile: caFile)
        do {
            configuration.locationCache = try CacheLimits(parsing: wakeComputeCache)
        } catch {
            throw CommandFailure.badConfiguration("--wake-compute-cache: \(error)")
        }
        try drain.apply(to: &configuration)
        configuration.gossip = try gossip.settings()
        configuration.sharedIdentity = gossip.sharedIdentity.map { MemberID($0) }
        configuration.furtherDomains = Array(certificates.domainList.dropFirst())
        configuration.certificates = certificates.settings
        configuration.collector = try collector.settings()
        if configuration.collector.wantsLogs { configuration.logLines = LogSink.standardError.copies() }
        configuration.authentication = try authentication.settings()
        configuration.proxyProtocol = try proxyProtocol.settings()
        configuration.access = try access.settings()
        configuration.computeLink = computeLink.settings()
        configuration.banner = banner.motd
        configuration.isInspectionOpen = inspection.grpcInspection
        configuration.limits = try limits.settings()
        configuration.sessionLimit = limits.maxConnections
        configuration.settings = EffectiveSettings.current + [LogBootstrap.setting]
        configuration.logLevels = LogBootstrap.levels
        configuration.relay = relay.settings()
        return configuration
    }
}

extension ListenAddress {
    var networkAddress: NetworkAddress { NetworkAddress(host: host, port: port) }
}
