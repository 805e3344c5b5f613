internal import ArgumentParser
internal import ComputeAgent
internal import ControlPlane
internal import Glibc
internal import Logging
internal import NIOPosix
internal import Telemetry
internal import Transport

/// The embedded control plane alone, for proxies that run elsewhere on this machine.
struct ControlPlaneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "control-plane", abstract: "The embedded control plane alone.",
        discussion: """
            Keeps its endpoints, its certificate authority and its token in DIR, and starts computes as “sidecar agent” \
            processes. SIGTERM and SIGINT stop them in order. With --starter kubernetes it keeps nothing: an endpoint is a \
            StatefulSet with the label sidecar.dev/endpoint, and any number of control planes may serve the same ones.
            """)

    @Option(help: "What a compute is: a process of this machine, or the pod of a StatefulSet.")
    var starter = ComputeKind.process

    @Option(help: "Folder that keeps everything: endpoints, data, certificates, token, logs.")
    var data = ".sidecar"

    @Option(help: "HTTP: what proxies ask.")
    var listen = ListenAddress(host: "127.0.0.1", port: 3000)

    @Option(help: "gRPC: what agents report.")
    var grpc = ListenAddress(host: "127.0.0.1", port: 3001)

    @Option(help: "Who else hears from agents: the gRPC host:port of the proxies, parted by “|”: any one of them.")
    var reportTo = ""

    @Option(
        help: """
            Where proxies take gRPC, so that one of them is told at once whose access rules or secrets have changed: \
            host:port, or ipv4:1.2.3.4:7002,5.6.7.8:7002. Default: they find out within their caches' time to live.
            """)
    var notify: String?

    @Option(help: "How long a database stays up that nobody uses: 30s, 5m, 1h or never. (default: 5m)")
    var suspendAfter: DurationArgument?

    @Option(help: "The postgres program, or its folder. Default: PostgreSQL 15, else the newest.")
    var pgbin: String?

    @Option(help: "Whom Postgres runs as when this is root. Default: postgres, else nobody.")
    var runAs: String?

    @OptionGroup(title: "Kubernetes") var kubernetes: KubernetesOptions
    @OptionGroup(title: "Inspection") var inspection: InspectionOptions

    @Flag(help: "Stop when standard input ends: the parent holds its other end.")
    var lifeline = false

    @OptionGroup var log: LogFormatOption
    @OptionGroup var file: ConfigurationFileOption

    func run() async throws {
        signal(SIGPIPE, SIG_IGN)
        guard listen.port != 0, grpc.port != 0 else {
            throw CommandFailure.badConfiguration(
                "--listen and --grpc: agents and proxies must know the port beforehand")
        }
        switch starter {
        case .process: try await runWithProcesses()
        case .kubernetes: try await runWithCluster()
        }
    }

    private func runWithProcesses() async throws {
        let binaries = try PostgresInstallation.find(pgbin)
        let user = try PostgresInstallation.user(runAs)
        let stops = await StopRequests.listen(lifeline: lifeline)
        let folder = try DataFolder(data, postgresRunsAs: user)
        let log = Logger(label: "control-plane")
        let certificates: FleetCertificates
        do {
            certificates = try FleetCertificates(in: folder, proxies: [], domain: "localtest.me")
        } catch {
            throw CommandFailure.failed("certificates in \(data): \(error)")
        }
        let starter = ProcessStarter(
            .init(
                executable: try OwnExecutable.path(), folder: folder.computes, logFolder: folder.file("logs"),
                postgres: binaries.folder + "/postgres", runAs: user?.name,
                reportTo: [grpc.reachable.description] + reportTo.split(separator: ",").map(String.init),
                suspendAfter: idleLimit), authority: certificates.authority, log: log)
        let configuration = controlPlaneConfiguration(folder, certificates)
        let metrics = ControlPlaneMetrics(MetricRegistry())
        let notices = try notices(configuration, metrics, log)
        let controlPlane = try await explainingFailures {
            try await ControlPlane.start(
                configuration, starter: starter, notices: notices, metrics: metrics, log: log)
        }
        await serve(controlPlane, until: stops)
    }

    /// A stop ends no compute here: they are the cluster's.
    private func runWithCluster() async throws {
        let place = try kubernetes.cluster.place()
        var endpoints = try kubernetes.endpoints(suspendAfter: idleLimit)
        var configuration = try kubernetes.controlPlane()
        configure(&configuration)
        let metrics = ControlPlaneMetrics(MetricRegistry())
        do {
            endpoints.agents = try AgentRolesClient(
                configuration, offences: metrics.serverOffences, on: MultiThreadedEventLoopGroup.singleton)
        } catch {
            throw CommandFailure.badConfiguration("--certs-dir: \(error)")
        }
        let stops = await StopRequests.listen(lifeline: lifeline)
        let log = Logger(label: "control-plane")
        let notices = try notices(configuration, metrics, log)
        endpoints.notices = notices
        let client: ClusterClient
        do {
            client = try ClusterClient(place, on: MultiThreadedEventLoopGroup.singleton)
        } catch {
            throw CommandFailure.badConfiguration("--kubernetes-credentials: \(place.authorityFile): \(error)")
        }
        let directory = ClusterDirectory(client, configuration: endpoints, metrics: metrics, log: log)
        await directory.start()
        do {
            let controlPlane = try await explainingFailures { [configuration] in
                try await ControlPlane.start(
                    configuration, serving: directory, notices: notices, metrics: metrics, log: log)
            }
            for await _ in stops { break }
            await controlPlane.shutdown()
        } catch {
            await directory.close()
            await client.shutdown()
            throw error
        }
        await client.shutdown()
    }

    private func explainingFailures(_ start: () async throws -> ControlPlane) async throws -> ControlPlane {
        do {
            return try await start()
        } catch let failure as ControlPlane.StartFailure {
            throw Self.explained(failure, listen: listen, grpc: grpc)
        }
    }

    private func notices(
        _ configuration: ControlPlaneConfiguration, _ metrics: ControlPlaneMetrics, _ log: Logger
    ) throws -> FleetNotices? {
        guard let notify else { return nil }
        guard let proxies = GRPCTarget(notify) else {
            throw CommandFailure.badConfiguration("--notify: “\(notify)” is no host:port")
        }
        return FleetNotices(to: proxies, configuration, metrics: metrics, log: log)
    }

    private var idleLimit: Duration? { suspendAfter.map(\.duration) ?? .seconds(300) }

    private func controlPlaneConfiguration(
        _ folder: DataFolder, _ certificates: FleetCertificates
    ) -> ControlPlaneConfiguration {
        var configuration = ControlPlaneConfiguration(
            tokens: certificates.tokens, endpointsFolder: folder.file("endpoints"),
            certificateFile: certificates.controlPlane.certificate,
            privateKeyFile: certificates.controlPlane.privateKey,
            authorityFile: certificates.authority.certificateFile)
        configure(&configuration)
        return configuration
    }

    private func configure(_ configuration: inout ControlPlaneConfiguration) {
        (configuration.httpHost, configuration.httpPort) = (listen.host, listen.port)
        (configuration.grpcHost, configuration.grpcPort) = (grpc.host, grpc.port)
        configuration.limits.suspendAfter = idleLimit
        configuration.isInspectionOpen = inspection.grpcInspection
    }

    private func serve(_ controlPlane: ControlPlane, until stops: AsyncStream<StopRequest>) async {
        for await _ in stops { break }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await controlPlane.shutdown() }
            group.addTask {
                for await _ in stops {
                    for controller in (try? await controlPlane.registry.endpoints()) ?? [] {
                        await controller.suspend(.immediate)
                    }
                    return
                }
            }
            await group.next()
            group.cancelAll()
        }
    }

    private static func explained(
        _ failure: ControlPlane.StartFailure, listen: ListenAddress, grpc: ListenAddress
    ) -> CommandFailure {
        let (address, flag) =
            switch failure.listener {
            case .http: (listen, "--listen")
            case .grpc: (grpc, "--grpc")
            }
        guard failure.isPortTaken else { return .failed("cannot listen on \(address): \(failure)") }
        return .failed("\(address) is in use: choose another port with \(flag)")
    }
}
