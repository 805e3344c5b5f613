internal import Glibc
internal import Gossip
internal import Logging
package import NIOCore
internal import SidecarAPI
internal import Synchronization
internal import TLSEngine
internal import Transport

/// One agent from start to exit: the lifecycle decides, this carries it out.
///
/// Everything that happens comes through one mailbox and is handled one at a time. The work a transition asks for runs
/// beside it and answers with an event; none of it outlives `run`.
package final class AgentService: Sendable {
    private enum Message: Sendable {
        case event(LifecycleEvent)
        /// Everything is reported and ended; the process may exit.
        case finished(exitCode: Int32)
    }

    private struct Specs {
        var stored: ComputeSpec?
        var applied: ComputeSpec?
    }

    /// How often a compute without a spec asks for one.
    private static let emptyPause: Duration = .seconds(1)
    /// Between fetches of a spec that fail: grows from the first to the second, jittered.
    private static let refreshPauses: (shortest: Duration, longest: Duration) = (.milliseconds(500), .seconds(30))

    /// How long a look may take while the door is shut.
    private static let doorLimit: Duration = .seconds(1)
    /// Between two looks for the last queries.
    private static let lastQueryPause: Duration = .milliseconds(20)

    private let configuration: AgentConfiguration
    private let log: Logger
    private let keeper: PostgresKeeper
    private let reporter: Reporter
    private let channels: [ReportChannel]
    private let mailbox: AsyncStream<Message>
    private let post: AsyncStream<Message>.Continuation
    /// What is to be applied, and what last was.
    private let specs = Mutex(Specs())
    private let refreshFailures = Mutex(0)
    /// The version at which the compute is to be stopped if it is idle, until the watch takes it up.
    private let idleQuestion = Mutex<FactVersion?>(nil)
    private let questionCame = Signal()
    /// Whether the idle compute stops, as the lifecycle says to the watch that found it so.
    private let idleVerdict = Mutex(Latch<Bool>())
    /// Whether Postgres ended only by force.
    private let wasKilled = Mutex(false)

    package init(_ configuration: AgentConfiguration, on group: any EventLoopGroup) throws {
        self.configuration = configuration
        log = configuration.log
        keeper = PostgresKeeper(configuration, on: group)
        let certificates = configuration.certificates
        let identity = ReportIdentity(
            endpoint: configuration.endpoint, computeID: configuration.computeID,
            address: HostAndPort(host: configuration.listenHost, port: configuration.port).description)
        let tls = try TLSContext.client(
            trustedCAFile: certificates.authorityFile, certificateFile: certificates.certificateFile,
            privateKeyFile: certificates.privateKeyFile, alpn: ["h2"])
        let progress = Signal()
        let (mailbox, post) = AsyncStream.makeStream(of: Message.self)
        (self.mailbox, self.post) = (mailbox, post)
        // In an order of its own, so that the agents of a fleet do not all report to one proxy.
        let channels = configuration.reportTargets.map { target in
            target.all.shuffled().map { ReportChannel(to: $0, tls: tls, on: group) }
        }
        self.channels = channels.flatMap(\.self)
        reporter = Reporter(
            targets: zip(configuration.reportTargets, channels).map { target, channels in
                ReportTarget(
                    name: target.description, identity: identity, channels: channels,
                    queueLimit: configuration.reportQueueLimit, progress: progress, log: configuration.log,
                    stopIfIdle: { post.yield(.event(.idleStopRequested(at: $0))) })
            }, progress: progress)
    }

    /// Runs the agent until it has ended. Called once.
    ///
    /// - Parameter requests: what the outside wants; signals and the lifeline, as a rule.
    /// - Returns: the exit code: 0 when it was asked to stop and stopped in order.
    package func run(_ requests: AsyncStream<OutsideRequest>) async -> Int32 {
        let exitCode = await withDiscardingTaskGroup(returning: Int32.self) { group in
            group.addTask { await self.reporter.run() }
            group.addTask { await self.pass(requests) }
            group.addTask { await self.fetchFirstSpec() }
            let exitCode = await self.handleMail(&group)
            group.cancelAll()
            return exitCode
        }
        for channel in channels { await channel.shutdown() }
        return exitCode
    }

    private func handleMail(_ group: inout DiscardingTaskGroup) async -> Int32 {
        var lifecycle = ComputeLifecycle(generation: configuration.generation)
        var isMonitored = false
        for await message in mailbox {
            switch message {
            case .finished(let exitCode):
                return exitCode
            case .event(let event):
                if let spec = specs.withLock({ $0.stored }) { lifecycle.pageservers = Self.pageservers(of: spec) }
                for action in lifecycle.handle(event, atUnixMicros: UnixClock.micros()) {
                    if case .report(let transition) = action {
                        note(transition)
                        if transition.state == .running && !isMonitored {
                            isMonitored = true
                            group.addTask { await self.monitor(since: transition.atUnixMicros) }
                        }
                    }
                    perform(action, in: &group)
                }
            }
        }
        return 1
    }

    private func note(_ transition: Transition) {
        let level: Logger.Level = transition.isActivityOnly ? .debug : (transition.state == .failed ? .error : .info)
        log.log(
            level: level, "\(transition.previousState.rawValue) -> \(transition.state.rawValue): \(transition.reason)",
            metadata: transition.error.isEmpty
                ? ["version": "\(transition.version)"]
                : ["version": "\(transition.version)", "error": "\(transition.error)"])
    }

    // MARK: Actions

    private func perform(_ action: LifecycleAction, in group: inout DiscardingTaskGroup) {
        switch action {
        case .report(let transition): reporter.report(transition)
        case .takeConfiguration: group.addTask { await self.takeConfiguration() }
        case .startPostgres: group.addTask { await self.startPostgres() }
        case .reconfigure: group.addTask { await self.reconfigure() }
        case .fetchSpec: group.addTask { await self.refresh(after: .zero) }
        case .retryRefresh: group.addTask { await self.refresh(after: self.refreshPause()) }
        case .stopPostgres(let mode): group.addTask { await self.stopPostgres(mode) }
        case .confirmIdle(let version):
            idleQuestion.withLock { $0 = version }
            questionCame.fire()
        case .stopIdlePostgres: idleVerdict.withLock { $0 }.set(true)
        case .keepServing: idleVerdict.withLock { $0 }.set(false)
        case .abandon: group.addTask { await self.abandon() }
        case .finish: group.addTask { await self.finish() }
        case .refuse(let state): log.notice("not possible in state \(state.rawValue)")
        }
    }

    private func takeConfiguration() async {
        send(await keeper.isRunning ? .reconfigurationBegan : .startupBegan)
    }

    /// Stays with the Postgres it started, to tell its end the moment it comes.
    private func startPostgres() async {
        guard let spec = specs.withLock({ $0.stored }) else { return send(.configurationFailed("no spec is stored")) }
        do {
            let process = try await keeper.start(spec)
            specs.withLock { $0.applied = spec }
            send(.configurationApplied)
            if let exit = await process.waitForExit() { send(.postgresExited(exit.description)) }
        } catch {
            send(.configurationFailed("\(error)"))
        }
    }

    private func reconfigure() async {
        guard let spec = specs.withLock({ $0.stored }) else { return send(.configurationFailed("no spec is stored")) }
        do {
            try await keeper.reconfigure(spec)
            specs.withLock { $0.applied = spec }
            refreshFailures.withLock { $0 = 0 }
            send(.configurationApplied)
        } catch {
            send(.configurationFailed("\(error)"))
        }
    }

    /// The announcement goes first: whoever hears it stops dialling before Postgres stops listening.
    private func stopPostgres(_ mode: StopMode) async {
        await reporter.waitForAcknowledgements(atMost: configuration.announcementLimit)
        await endPostgres(mode)
    }

    private func endPostgres(_ mode: StopMode) async {
        if await !keeper.stop(mode) {
            log.error("postgres had to be killed")
            wasKilled.withLock { $0 = true }
        }
        send(.shutdownCompleted)
    }

    private func abandon() async {
        async let told = reporter.waitForAcknowledgements(atMost: configuration.lastReportLimit)
        _ = await keeper.stop(.immediate)
        _ = await told
        post.yield(.finished(exitCode: 1))
    }

    private func finish() async {
        await reporter.waitForAcknowledgements(atMost: configuration.lastReportLimit)
        post.yield(.finished(exitCode: wasKilled.withLock { $0 } ? 1 : 0))
    }

    // MARK: Specs

    private func fetchFirstSpec() async {
        do {
            while !Task.isCancelled {
                if let spec = try await configuration.specSource.fetch() {
                    specs.withLock { $0.stored = spec }
                    return send(.configureRequested)
                }
                try await Task.sleep(for: Self.emptyPause)
            }
        } catch {
            if !Task.isCancelled { send(.configurationFailed("\(error)")) }
        }
    }

    private func refresh(after pause: Duration) async {
        try? await Task.sleep(for: pause)
        guard !Task.isCancelled else { return }
        send(.refreshBegan)
        do {
            guard let spec = try await configuration.specSource.fetch() else { return send(.detached) }
            let isNew = specs.withLock { specs in
                specs.stored = spec
                return specs.applied != spec
            }
            send(isNew ? .refreshFoundChange : .refreshFoundNoChange)
        } catch {
            send(.refreshFailed("\(error)"))
        }
    }

    private func refreshPause() -> Duration {
        let failures = refreshFailures.withLock { count in
            count += 1
            return count
        }
        let grown = Self.refreshPauses.shortest * Double(1 << min(failures, 10))
        return min(grown, Self.refreshPauses.longest) * Double.random(in: 0.5...1)
    }

    private static func pageservers(of spec: ComputeSpec) -> PageserverConnectionInfo? {
        // Checked when the spec was read, so this cannot fail here; a failure would only mean that none is reported.
        try? PageserverResolver.resolve(spec)
    }

    // MARK: Listening

    private func pass(_ requests: AsyncStream<OutsideRequest>) async {
        for await request in requests {
            switch request {
            case .terminate(let mode, let reason): send(.terminateRequested(mode, reason: reason))
            case .refresh: send(.refreshRequested)
            }
        }
    }

    private func monitor(since runningSinceMicros: Int64) async {
        guard let login = try? await keeper.login() else { return }
        var watch = ActivityWatch(
            login: login, runningSinceMicros: runningSinceMicros, lookLimit: configuration.lookLimit,
            silenceLimit: configuration.silenceLimit, log: log)
        while !Task.isCancelled {
            let more = questionCame.next
            if let version = idleQuestion.withLock({ $0.take() }) {
                await considerStopping(at: version, &watch)
            } else {
                _ = await look(&watch)
            }
            _ = await more.wait(atMost: configuration.monitorInterval)
        }
        await watch.close()
    }

    /// - Returns: whether nobody is there, and nobody was since the look before.
    private func look(_ watch: inout ActivityWatch, limit: Duration? = nil, reopening: Bool = true) async -> Bool {
        let news = await watch.look(limit: limit, reopening: reopening)
        guard !Task.isCancelled else { return false }
        if let activity = news.activity { send(.activityObserved(activity)) }
        if let silentFor = news.silentFor { send(.postgresSilent("postgres has not answered for \(silentFor)")) }
        return news.look.isQuiet && news.activity == nil
    }

    // MARK: Stopping when idle

    /// What the control plane knows of the clients is as old as our last look, and a client may be on its way in. So the
    /// door is shut first, and then we look: while it is shut, what we see cannot change but for sessions that were idle.
    private func considerStopping(at version: FactVersion, _ watch: inout ActivityWatch) async {
        let verdict = Latch<Bool>()
        idleVerdict.withLock { $0 = verdict }
        // The first look, with the door open, is for a session to be there, and for those who came long ago.
        guard await look(&watch), await keeper.shutDoor(), await !keeper.isSomebodyEntering(),
            await look(&watch, limit: Self.doorLimit, reopening: false)
        else {
            await keeper.openDoor()
            return send(.idleRefuted)
        }
        send(.idleConfirmed(at: version))
        guard await verdict.wait() == true else { return await keeper.openDoor() }
        await reporter.waitForAcknowledgements(atMost: configuration.announcementLimit)
        await awaitLastQueries(&watch)
        await endPostgres(.fast)
    }

    /// Sessions that are idle for long may begin a query at any time, so also while the announcement was on its way.
    private func awaitLastQueries(_ watch: inout ActivityWatch) async {
        guard await watch.look(limit: Self.doorLimit, reopening: false).look.isBusy else { return }
        // A server that is to stop lets nobody in and says so, which proxies understand; those who are in may go on.
        await keeper.letNobodyIn()
        let end = ContinuousClock.now.advanced(by: configuration.lastQueryLimit)
        while ContinuousClock.now < end, await keeper.isRunning,
            await watch.look(limit: Self.doorLimit, reopening: false).look.isBusy
        {
            guard (try? await Task.sleep(for: Self.lastQueryPause)) != nil else { return }
        }
    }

    private func send(_ event: LifecycleEvent) {
        post.yield(.event(event))
    }
}

extension ActivityWatch.Look {
    fileprivate var isBusy: Bool {
        if case .seen(let sample) = self { sample.busySessions > 0 } else { false }
    }

    fileprivate var isQuiet: Bool {
        if case .seen(let sample) = self { sample.busySessions == 0 && sample.walSenders == 0 } else { false }
    }
}
