internal import ComputeAgent
internal import ControlPlane
internal import Glibc
internal import Gossip
internal import Telemetry

/// The whole fleet on this machine: the control plane in this process, proxies and agents as its children.
final class Fleet: Sendable {
    /// Made at the first start.
    private static let firstEndpoint = "demo"

    private let description: FleetDescription
    private let controlPlane: ControlPlane
    private let keepers: [ProxyKeeper]
    /// Held for as long as the fleet runs.
    private let data: DataFolder
    /// The line to paste.
    let invitation: String

    private init(
        data: DataFolder, description: FleetDescription, controlPlane: ControlPlane, keepers: [ProxyKeeper],
        invitation: String
    ) {
        self.data = data
        self.description = description
        self.controlPlane = controlPlane
        self.keepers = keepers
        self.invitation = invitation
    }

    /// Returns when every proxy serves and `fleet.json` says so. Leaves nothing running when it throws.
    static func start(_ settings: FleetSettings, in data: DataFolder) async throws -> Fleet {
        let known = try FleetFile.read(data.file("fleet.json"))
        if let known { await endLeftovers(of: known, in: data) }
        let plan = try FleetPlan(listen: settings.listen, proxies: settings.proxyCount)
        let certificates = try FleetCertificates(in: data, proxies: plan.proxies.map(\.id), domain: settings.domain)
        let description = FleetDescription(
            data.file("fleet.json"), plan: plan, domain: settings.domain,
            authorityFile: certificates.authority.certificateFile, known: known)
        let executable = try OwnExecutable.path()
        let controlPlane = try await startControlPlane(
            settings, plan, certificates, executable, in: data, changed: { await description.apply($0) })
        let keepers = plan.proxies.compactMap { proxy -> ProxyKeeper? in
            guard let identity = certificates.identity(of: proxy.id) else { return nil }
            return ProxyKeeper(
                proxy, launch: launch(proxy, identity, of: plan, settings, certificates, executable, in: data),
                drainDeadline: settings.drainDeadline,
                isReady: { await description.proxyIsReady($0.id, pid: $1) })
        }
        do {
            try await start(keepers)
            let first = try await firstEndpoint(of: controlPlane.registry, description)
            try await description.publish()
            return Fleet(
                data: data, description: description, controlPlane: controlPlane, keepers: keepers,
                invitation: invitation(first, settings, plan, authorityFile: data.given + "/ca.crt"))
        } catch {
            await stop(keepers)
            await controlPlane.shutdown()
            throw error
        }
    }

    /// Proxies first, so that nobody is sent to a database that is being stopped; then the computes, then the control
    /// plane. Returns when nothing of the fleet runs any more.
    func stop() async {
        await Self.stop(keepers)
        await controlPlane.shutdown()
    }

    /// Somebody asked again: sessions are cut, and databases stop without a checkpoint. `stop` is already waiting.
    func hurry() async {
        for keeper in keepers { await keeper.hurry() }
        await withTaskGroup(of: Void.self) { group in
            for controller in (try? await controlPlane.registry.endpoints()) ?? [] {
                group.addTask { await controller.suspend(.immediate) }
            }
        }
    }

    // MARK: - Starting

    private static func startControlPlane(
        _ settings: FleetSettings, _ plan: FleetPlan, _ certificates: FleetCertificates, _ executable: String,
        in data: DataFolder, changed: @escaping ControlPlane.EndpointsChanged
    ) async throws -> ControlPlane {
        var configuration = ControlPlaneConfiguration(
            tokens: certificates.tokens, endpointsFolder: data.file("endpoints"),
            certificateFile: certificates.controlPlane.certificate,
            privateKeyFile: certificates.controlPlane.privateKey,
            authorityFile: certificates.authority.certificateFile)
        (configuration.httpHost, configuration.httpPort) = (plan.controlPlane.host, plan.controlPlane.port)
        (configuration.grpcHost, configuration.grpcPort) = (plan.reports.host, plan.reports.port)
        configuration.limits.suspendAfter = settings.suspendAfter
        let log = try LogSink(file: data.file("logs/control-plane.log"), format: LogBootstrap.childFormat)
            .logger("control-plane")
        let starter = ProcessStarter(
            .init(
                executable: executable, folder: data.computes, logFolder: data.file("logs"),
                postgres: settings.binaries.folder + "/postgres", runAs: settings.user?.name,
                reportTo: [
                    plan.reports.description, plan.proxies.map(\.grpc.description).joined(separator: "|"),
                ],
                suspendAfter: settings.suspendAfter), authority: certificates.authority, log: log)
        do {
            let metrics = ControlPlaneMetrics(MetricRegistry())
            let notices = plan.grpc.map { FleetNotices(to: $0, configuration, metrics: metrics, log: log) }
            return try await ControlPlane.start(
                configuration, starter: starter, notices: notices, metrics: metrics, log: log, changed: changed)
        } catch let failure as ControlPlane.StartFailure {
            throw CommandFailure.failed("the control plane cannot listen: \(failure)")
        } catch {
            throw CommandFailure.failed("the control plane cannot start: \(error)")
        }
    }

    private static func launch(
        _ proxy: FleetPlan.Proxy, _ identity: Authority.Files, of plan: FleetPlan, _ settings: FleetSettings,
        _ certificates: FleetCertificates,
        _ executable: String, in data: DataFolder
    ) -> ChildProcess.Launch {
        let arguments = [
            "proxy", "--id", proxy.id, "--listen", "\(proxy.postgres)", "--http", "\(proxy.http)", "--grpc",
            "\(proxy.grpc)", "--auth-backend", "console", "--auth-endpoint",
            "http://\(plan.controlPlane)/authenticate_proxy_request/", "--control-plane-token-file",
            certificates.tokenFile, "--tls-cert", certificates.edge.certificate, "--tls-key",
            certificates.edge.privateKey, "--domain", settings.domain, "--ca-file",
            certificates.authority.certificateFile, "--identity-cert", identity.certificate, "--identity-key",
            identity.privateKey, "--drain-deadline", "\(settings.drainDeadline.wholeMilliseconds)ms",
            // Nobody balances this fleet: who is stopped need not be announced first. All of it is one machine, and all
            // its clients one source.
            "--drain-lag", "0", "--endpoint-rps-limit", "off", "--lifeline",
        ]
        let gossip = [
            "--gossip", "\(proxy.gossip)", "--gossip-key-file", certificates.gossipKeyFile, "--cluster",
            certificates.cluster, "--replicas", "\(plan.proxies.count)",
        ]
        let others = plan.proxies.filter { $0.id != proxy.id }.flatMap { ["--join", "\($0.gossip)"] }
        return ChildProcess.Launch(
            executable: executable, arguments: arguments + gossip + others, logFile: data.file("logs/\(proxy.id).log"),
            announcesReadiness: true)
    }

    private static func start(_ keepers: [ProxyKeeper]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for keeper in keepers { group.addTask { try await keeper.start() } }
            try await group.waitForAll()
        }
    }

    private static func stop(_ keepers: [ProxyKeeper]) async {
        await withTaskGroup(of: Void.self) { group in
            for keeper in keepers { group.addTask { await keeper.stop() } }
        }
    }

    /// The endpoint that the invitation is to: `demo`, made at the first start; or another one, where `demo` was deleted.
    private static func firstEndpoint(
        of registry: any EndpointDirectory, _ description: FleetDescription
    ) async throws -> FleetFile.Endpoint? {
        var names = try await registry.endpoints().map(\.name)
        if names.isEmpty, let demo = EndpointName(Self.firstEndpoint) {
            await description.apply(.created(try await registry.create(demo, role: nil, database: nil)))
            names = [demo]
        }
        await description.keepOnly(Set(names.map(\.text)))
        let told = Set(await description.endpoints.map(\.name))
        // Their passwords went with an earlier fleet.json; a verifier does not give them back.
        for name in names where !told.contains(name.text) {
            await description.apply(.created(try await registry.resetPassword(name)))
            UpCommand.say("no password of “\(name)” is known here any more; it has a new one, in fleet.json")
        }
        let endpoints = await description.endpoints
        return endpoints.first { $0.name == Self.firstEndpoint } ?? endpoints.first
    }

    private static func invitation(
        _ endpoint: FleetFile.Endpoint?, _ settings: FleetSettings, _ plan: FleetPlan, authorityFile: String
    ) -> String {
        guard let endpoint, let proxy = plan.proxies.first else {
            return "no endpoint's password is known here; make an endpoint with “sidecar admin endpoint create NAME”"
        }
        return Conninfo(
            endpoint: endpoint.name, domain: settings.domain, address: proxy.postgres.reachable, user: endpoint.user,
            password: nil, database: endpoint.database, authorityFile: authorityFile
        ).command(password: endpoint.password)
    }

    // MARK: - Leftovers

    /// Ends the proxies of a start that was killed and that have not noticed yet: they hold our ports.
    private static func endLeftovers(of known: FleetFile, in data: DataFolder) async {
        let token = Array(data.file("token").utf8)
        // The number may be somebody else's by now. What has died but was not collected yet has no command line.
        let isOurs = { @Sendable (pid: Int32) in
            let commandLine = try? SecureFile.read("/proc/\(pid)/cmdline")
            return pid > 1 && commandLine?.split(separator: 0).contains(token[...]) == true
        }
        let pids = known.proxies.map(\.pid).filter(isOurs)
        for pid in pids { _ = kill(pid, SIGKILL) }
        for _ in 0..<200 where pids.contains(where: isOurs) {
            try? await Task.sleep(for: .milliseconds(10))
        }
    }
}
