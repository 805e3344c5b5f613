internal import ArgumentParser
internal import ComputeAgent
internal import FoundationEssentials
internal import Glibc
internal import Gossip
internal import Logging
internal import NIOPosix
internal import Telemetry
internal import UnixSignals

/// One compute agent: starts and stops one Postgres, and reports what happens to it.
struct AgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run one compute agent; the same as “sidecar agent”.",
        discussion: """
            SIGTERM and SIGINT stop Postgres in order (fast shutdown), SIGQUIT at once (immediate shutdown), SIGHUP reads \
            the spec again. Without --config and --control-plane-uri it waits for a spec to be pushed over HTTP. Exits 0 when \
            it was told to stop and did, with Postgres's own code or 1 when that failed, 2 on bad configuration (Postgres's \
            own 2 is told as 102).
            """)

    @Option(help: "The endpoint this compute serves.")
    var endpoint: String

    @Option(name: [.long, .customShort("i")], help: "This instance of the endpoint.")
    var computeID: String

    @Option(help: "The generation of this start, from the control plane.")
    var generation: UInt64

    @Option(name: [.long, .customShort("c")], help: "File that holds the spec.")
    var config: String?

    @Option(name: [.long, .customShort("p")], help: "Control plane to pull the spec from, instead of --config.")
    var controlPlaneURI: String?

    @Option(help: "File that holds the control plane's token. Default: the variable NEON_CONTROL_PLANE_TOKEN.")
    var controlPlaneTokenFile: String?

    @Option(name: [.long, .customShort("D")], help: "Postgres's data directory; made on the first start.")
    var pgdata: String

    @Option(
        name: [.long, .customShort("b")],
        help:
            "The postgres program; “none” beside one that is not started here. Default: PostgreSQL 15, else the newest."
    )
    var pgbin: String?

    @Option(help: "Address that Postgres listens on.")
    var listen = "127.0.0.1"

    @Option(help: "Port that Postgres listens on.")
    var port = 5432

    @Option(help: "Port on which proxies may ask for role secrets, at --listen. 0: a free one, which is reported.")
    var grpcPort = 0

    @Option(
        help: "Who is told what happens: host:port, several parted by commas. Parted by “|” instead: any one of them.")
    var reportTo = ""

    @Option(help: "Folder with ca.crt, tls.crt and tls.key.")
    var certsDir: String

    @Option(help: "Whom Postgres runs as when the agent is root. Default: postgres, else nobody.")
    var runAs: String?

    @Option(
        help:
            "A role that may do in every database what its owner may; every role of the spec is a member. Default: none."
    )
    var privilegedRoleName: String?

    @Option(help: "Milliseconds between two looks at who is being served.")
    var monitorInterval = 1000

    @Option(help: "Seconds between two counts of installed extensions, for the metrics.")
    var installedExtensionsCollectionInterval = 3600

    @OptionGroup var activity: ActivityOptions
    @OptionGroup var autoscaling: AutoscalingOptions

    @Flag(help: "Stop when standard input ends: the parent holds its other end.")
    var lifeline = false

    @OptionGroup(title: "Storage") var storage: AgentStorageOptions
    @OptionGroup(title: "Attached Postgres") var attach: AgentAttachOptions
    @OptionGroup var storageNodes: StorageNodesOptions
    @Option(help: "Seconds in which a fast stop lets sessions end by themselves, while nobody new gets in.")
    var smartStopLimit = 0

    @Option(help: "How long Postgres may take until it serves, recovery included; one that is broken off begins anew.")
    var startLimit = DurationArgument(seconds: 300)

    @OptionGroup var http: AgentHTTPOptions
    @OptionGroup var log: LogFormatOption

    func run() async throws {
        // A parent that is gone cannot read our log either; that must not end us before Postgres has stopped.
        signal(SIGPIPE, SIG_IGN)
        let service: AgentService
        do {
            service = try AgentService(try agentConfiguration(), on: MultiThreadedEventLoopGroup.singleton)
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure.badConfiguration("--certs-dir: \(error)")
        }
        let exitCode = await service.run(await requests())
        if exitCode != 0 { throw ExitCode(exitCode) }
    }

    /// What the outside wants, in the order in which it comes.
    private func requests() async -> AsyncStream<OutsideRequest> {
        let (requests, source) = AsyncStream.makeStream(of: OutsideRequest.self)
        let stops = await StopRequests.listen(lifeline: lifeline)
        let hangups = await UnixSignalsSequence(trapping: .sighup)
        // Both live as long as the process, like the signals they pass on.
        Task {
            for await stop in stops { source.yield(Self.request(for: stop)) }
        }
        Task {
            for await _ in hangups { source.yield(.refresh) }
        }
        return requests
    }

    private static func request(for stop: StopRequest) -> OutsideRequest {
        switch stop {
        case .signal: .terminate(.fast, reason: "told to stop by a signal")
        case .quit: .terminate(.immediate, reason: "told to stop at once by a signal")
        case .lifelineEnded: .terminate(.fast, reason: "the process that started this agent is gone")
        }
    }

    private func agentConfiguration() throws -> AgentConfiguration {
        guard EndpointName(endpoint) != nil else {
            throw CommandFailure.badConfiguration("--endpoint: “\(endpoint)” is not 1 to 63 of a-z, 0-9 and -")
        }
        guard generation > 0 else { throw CommandFailure.badConfiguration("--generation: must be at least 1") }
        guard (1...65_535).contains(port) else { throw CommandFailure.badConfiguration("--port: must be 1 to 65535") }
        guard (0...65_535).contains(grpcPort) else {
            throw CommandFailure.badConfiguration("--grpc-port: must be 0 to 65535")
        }
        guard monitorInterval > 0 else { throw CommandFailure.badConfiguration("--monitor-interval: must be positive") }
        var log = Logger(label: "agent")
        log[metadataKey: "compute"] = "\(computeID)"
        var configuration = AgentConfiguration(
            endpoint: endpoint, computeID: computeID, generation: generation, specSource: try specSource(),
            directory: pgdata, binaries: try binaries(), listenHost: listen, port: port,
            reportTargets: try reportTargets(), certificates: AgentCertificates(folder: certsDir), runAs: runAs,
            log: log)
        configuration.grpcPort = grpcPort
        configuration.activityPolicy = activity.policy
        configuration.autoscaling = try autoscaling.settings()
        if let name = privilegedRoleName {
            if let flaw = AgentConfiguration.flaw(ofPrivilegedRole: name) {
                throw CommandFailure.badConfiguration("--privileged-role-name: \(flaw)")
            }
            configuration.privilegedRole = name
        }
        configuration.monitorInterval = .milliseconds(monitorInterval)
        guard (1...86_400).contains(installedExtensionsCollectionInterval) else {
            throw CommandFailure.badConfiguration("--installed-extensions-collection-interval: must be 1 to 86400")
        }
        configuration.extensionCensusInterval = .seconds(installedExtensionsCollectionInterval)
        try storage.apply(to: &configuration.storage)
        try attach.apply(to: &configuration.attach)
        configuration.storageNodesFile = storageNodes.storageNodes
        guard (0...86_400).contains(smartStopLimit) else {
            throw CommandFailure.badConfiguration("--smart-stop-limit: must be 0 to 86400")
        }
        configuration.smartStopLimit = .seconds(smartStopLimit)
        guard let startLimit = startLimit.duration, startLimit > .zero else {
            throw CommandFailure.badConfiguration("--start-limit: must be a time, such as 5m")
        }
        configuration.startLimit = startLimit
        configuration.http = try http.configuration()
        configuration.takesInOrphans = true
        return configuration
    }

    private func specSource() throws -> SpecSource {
        switch (config, controlPlaneURI) {
        case (let file?, nil): return .file(file)
        case (nil, let base?): return .controlPlane(base: base, computeID: computeID, token: try token())
        case (nil, nil):
            guard try http.configuration()?.externalPort != nil else {
                throw CommandFailure.badConfiguration(
                    "give --config or --control-plane-uri, or an --external-http-port to push the spec to")
            }
            return .pushed
        case (.some, .some):
            throw CommandFailure.badConfiguration("give either --config or --control-plane-uri")
        }
    }

    private func token() throws -> Secret<String> {
        guard let controlPlaneTokenFile else {
            let name = "NEON_CONTROL_PLANE_TOKEN"
            let token = ProcessInfo.processInfo.environment[name] ?? ""
            if token.isEmpty { Logger(label: "agent").warning("no token for the control plane: \(name) is not set") }
            return Secret(token)
        }
        return try BearerTokens.inFile(controlPlaneTokenFile, of: "control-plane-token-file").first
    }

    private func binaries() throws -> PostgresBinaries {
        if pgbin == "none" { return .none }
        if let pgbin {
            guard let found = PostgresBinaries(postgres: pgbin) else {
                throw CommandFailure.badConfiguration(
                    "--pgbin: \(pgbin) is not a PostgreSQL server with initdb beside it")
            }
            return found
        }
        guard let found = PostgresBinaries.installed() else {
            throw CommandFailure.badConfiguration("no PostgreSQL found; install postgresql-15 or give --pgbin")
        }
        return found
    }

    private func reportTargets() throws -> [ReportAddresses] {
        try reportTo.split(separator: ",").map { text in
            guard let target = ReportAddresses(String(text)) else {
                throw CommandFailure.badConfiguration("--report-to: “\(text)” is not host:port")
            }
            return target
        }
    }
}
