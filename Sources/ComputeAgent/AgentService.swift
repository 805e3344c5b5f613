internal import GRPCLite
internal import Logging
package import NIOCore
internal import SidecarAPI
internal import Transport

/// One compute's agent: its parts, put together.
///
/// Everything that happens becomes an event in one mailbox, which ``LifecycleDriver`` reads.
package final class AgentService: Sendable {
    private let context: AgentContext
    private let driver: LifecycleDriver
    private let identity: AgentIdentity
    private let channels: [ReportChannel]
    private let parts: [any AgentPart]
    /// For whoever listens to storage controllers.
    let notifications: NotificationDesk
    private let listening = Latch<AgentHTTPPorts>()

    package init(_ configuration: AgentConfiguration, on group: any EventLoopGroup) throws {
        let mailbox = AgentMailbox()
        let metrics = AgentMetrics()
        let keyring = TokenKeyring(file: configuration.http?.keyFile, log: configuration.log)
        let progress = Signal()
        // In an order of its own, so that the agents of a fleet do not all report to one proxy.
        let identity = try AgentIdentity(
            configuration.certificates, registry: metrics.registry, log: configuration.log)
        self.identity = identity
        let channels = configuration.reportTargets.map { target in
            target.all.shuffled().map {
                ReportChannel(to: $0, tls: identity.links, offences: metrics.serverOffences, on: group)
            }
        }
        self.channels = channels.flatMap(\.self)
        let reporter = Reporter(
            targets: zip(configuration.reportTargets, channels).map { target, channels in
                ReportTarget(
                    name: target.description, identity: configuration.reportIdentity, channels: channels,
                    queueLimit: configuration.reportQueueLimit, progress: progress, log: configuration.log,
                    stopIfIdle: { mailbox.send(.idleStopRequested(at: $0)) })
            }, progress: progress)
        let context = AgentContext(
            configuration: configuration, group: group, mailbox: mailbox, board: LifecycleBoard(),
            impediments: Impediments(),
            specs: SpecDesk(source: configuration.specSource, mailbox: mailbox, keyring: keyring, metrics: metrics),
            keeper: PostgresKeeper(configuration, on: group, metrics: metrics), reporter: reporter,
            secrets: RoleSecretsDesk(),
            journal: ReportJournal(
                path: DataDirectory(configuration.directory).reportsPath, computeID: configuration.computeID,
                generation: configuration.generation, limit: configuration.reportQueueLimit, log: configuration.log),
            metrics: metrics)
        let work = PostgresWork(context)
        let idleStop = IdleStopDesk()
        self.context = context
        driver = LifecycleDriver(context: context, work: work, idleStop: idleStop)
        notifications = NotificationDesk(context: context)
        var parts: [any AgentPart] = [
            ActivityMonitor(context: context, work: work, idleStop: idleStop), notifications,
            CertificateRenewal(
                keeper: context.keeper, certificates: configuration.certificates, log: configuration.log),
            LeasePart(context: context), identity,
            ExtensionCensus(context: context, interval: configuration.extensionCensusInterval),
        ]
        if configuration.takesInOrphans { parts.append(OrphanReaper(log: configuration.log)) }
        if let http = configuration.http {
            parts.append(
                AgentHTTPServer(
                    context: context, work: work, configuration: http,
                    routes: AgentRoutes.all(context, http, others: NotificationRoutes(desk: notifications).all),
                    guardian: TokenGuard(computeID: configuration.computeID, keyring: keyring), listening: listening))
        }
        if let autoscaling = configuration.autoscaling { parts.append(autoscaling.part(context)) }
        self.parts = parts
    }

    /// Runs the agent until it has ended. Called once.
    ///
    /// - Parameter requests: what the outside wants; signals and the lifeline, as a rule.
    /// - Returns: the exit code: 0 when it was asked to stop and stopped in order.
    package func run(_ requests: AsyncStream<OutsideRequest>) async -> Int32 {
        if context.configuration.takesInOrphans { Orphans.takeIn() }
        do {
            // Before a word is said: two agents of one compute would contradict each other.
            try await context.keeper.holdDirectory()
        } catch {
            context.log.error("\(error)")
            return 1
        }
        context.journal.takeUp()
        guard let (proxies, health) = await listen() else { return 1 }
        let exitCode = await withDiscardingTaskGroup(returning: Int32.self) { group in
            group.addTask { await self.context.reporter.run() }
            group.addTask { await health.run() }
            group.addTask { await self.pass(requests) }
            group.addTask { await self.fetchFirst() }
            for part in parts {
                group.addTask { await part.run() }
            }
            let exitCode = await self.driver.run()
            group.cancelAll()
            return exitCode
        }
        health.shutDown()
        await proxies.shutdown(grace: .zero)
        for channel in channels { await channel.shutdown() }
        return exitCode
    }

    private func fetchFirst() async {
        let mayBeServing = await context.keeper.mayBeServing
        await context.specs.fetchFirst { error in
            guard mayBeServing else { return false }
            context.log.warning(
                "there is no spec yet for the postgres that may be serving; asking again",
                metadata: ["error": "\(error)"])
            return true
        }
    }

    /// - Returns: `nil` when proxies could not ask; the log says why.
    private func listen() async -> (GRPCListening, HealthBoard)? {
        do {
            return try await AgentListener.start(context, tls: identity.services)
        } catch {
            context.log.error("cannot listen for proxies", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// - Returns: where HTTP is served, once it is; `nil` when the task was cancelled first.
    package func httpPorts() async -> AgentHTTPPorts? { await listening.wait() }

    private func pass(_ requests: AsyncStream<OutsideRequest>) async {
        for await request in requests {
            switch request {
            case .terminate(let mode, let reason): context.mailbox.send(.terminateRequested(mode, reason: reason))
            case .refresh:
                guard context.specs.canFetch else { break }
                context.mailbox.send(.refreshRequested)
            }
        }
    }
}

extension AgentConfiguration {
    fileprivate var reportIdentity: ReportIdentity {
        ReportIdentity(
            endpoint: endpoint, computeID: computeID, address: HostAndPort(host: listenHost, port: port).description)
    }
}
