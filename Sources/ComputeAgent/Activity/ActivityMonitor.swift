internal import Gossip
internal import Logging

/// Looks again and again who is being served, from the first `running` on, and stops an idle Postgres when it is asked to.
struct ActivityMonitor: AgentPart {
    /// How long a look may take while the door is shut.
    private static let doorLimit: Duration = .seconds(1)
    /// Between two looks for the last queries.
    private static let lastQueryPause: Duration = .milliseconds(20)

    let context: AgentContext
    let work: PostgresWork
    let idleStop: IdleStopDesk

    func run() async {
        guard let began = await context.board.first(of: [.running]), let login = await context.keeper.login()
        else { return }
        let configuration = context.configuration
        var watch = ActivityWatch(
            login: login, runningSinceMicros: began.atUnixMicros, lookLimit: configuration.lookLimit,
            silenceLimit: configuration.silenceLimit, knockInterval: configuration.knockInterval,
            policy: configuration.activityPolicy, log: context.log)
        var rights = RightsTracker()
        context.secrets.open(login)
        // A smart shutdown waits for every session, so ours must not outlast the decision to end.
        while !Task.isCancelled, !context.board.state.isEnding {
            let more = idleStop.nextQuestion
            if let version = idleStop.takeQuestion() {
                await considerStopping(at: version, &watch)
            } else {
                note(await look(&watch), &rights)
            }
            _ = await more.wait(atMost: configuration.monitorInterval)
        }
        await context.secrets.close()
        await watch.close()
    }

    /// What the agent may not do any more, or may again. The compute serves on, for its clients need nothing of it.
    private func note(_ news: ActivityWatch.News, _ rights: inout RightsTracker) {
        guard !Task.isCancelled, let missing = news.missingRights.flatMap({ rights.looked($0) }) else { return }
        defer { context.metrics.missing(missing) }
        if missing.isEmpty {
            context.log.notice("the agent's role has its rights again")
            return context.mailbox.send(.healthChanged(.rights, "the agent's role has its rights again", isWell: true))
        }
        let what = missing.map { "\($0.rawValue) (\($0.consequence))" }.joined(separator: ", ")
        context.log.error("the agent's role lacks rights", metadata: ["rights": "\(what)"])
        context.mailbox.send(.healthChanged(.rights, "the agent's role lacks rights: \(what)", isWell: false))
    }

    private func look(
        _ watch: inout ActivityWatch, limit: Duration? = nil, reopening: Bool = true
    ) async -> ActivityWatch.News {
        let news = await watch.look(limit: limit, reopening: reopening)
        guard !Task.isCancelled else { return news }
        if reopening { context.metrics.noteLook(answered: news.look != .failed) }
        // Taken back a look later, when the first that saw something has been told.
        if news.look == .blind || news.activity == nil { context.board.note(isBlind: news.look == .blind) }
        if let activity = news.activity { context.mailbox.send(.activityObserved(activity)) }
        if let revision = news.roles.flatMap(context.secrets.looked) {
            context.mailbox.send(.roleSecretsChanged(revision: revision))
        }
        if let silentFor = news.silentFor {
            context.mailbox.send(.postgresSilent("postgres has not answered for \(silentFor)"))
        }
        return news
    }

    /// Whether nobody is there, and nobody was since the look before.
    private func isQuiet(_ news: ActivityWatch.News) -> Bool {
        !Task.isCancelled && news.look.isQuiet(by: context.configuration.activityPolicy) && news.activity == nil
    }

    // MARK: Stopping when idle

    /// What the control plane knows of the clients is as old as our last look, and a client may be on its way in. So the
    /// door is shut first, and then we look: while it is shut, what we see cannot change but for sessions that were idle.
    private func considerStopping(at version: FactVersion, _ watch: inout ActivityWatch) async {
        let keeper = context.keeper
        let verdict = idleStop.expectVerdict()
        // The first look, with the door open, is for a session to be there, and for those who came long ago.
        guard isQuiet(await look(&watch)), await keeper.shutDoor(), await !keeper.isSomebodyEntering(),
            isQuiet(await look(&watch, limit: Self.doorLimit, reopening: false))
        else {
            await keeper.openDoor()
            return context.mailbox.send(.idleRefuted)
        }
        context.mailbox.send(.idleConfirmed(at: version))
        guard await verdict.wait() == true else { return await keeper.openDoor() }
        await context.reporter.waitForAcknowledgements(atMost: context.configuration.announcementLimit)
        await awaitLastQueries(&watch)
        await context.secrets.close()
        await watch.close()
        await work.end(.fast)
    }

    /// Sessions that are idle for long may begin a query at any time, so also while the announcement was on its way.
    private func awaitLastQueries(_ watch: inout ActivityWatch) async {
        guard await watch.look(limit: Self.doorLimit, reopening: false).look.isBusy else { return }
        // A server that is to stop lets nobody in and says so, which proxies understand; those who are in may go on.
        await context.keeper.letNobodyIn()
        let end = ContinuousClock.now.advanced(by: context.configuration.lastQueryLimit)
        while ContinuousClock.now < end, await context.keeper.isRunning,
            await watch.look(limit: Self.doorLimit, reopening: false).look.isBusy
        {
            // Between two looks; nobody tells us when a query ends. Bounded by the limit above.
            guard (try? await Task.sleep(for: Self.lastQueryPause)) != nil else { return }
        }
    }
}

extension ActivityWatch.Look {
    fileprivate var isBusy: Bool {
        if case .seen(let sample) = self { sample.busySessions > 0 } else { false }
    }

    fileprivate func isQuiet(by policy: ActivityPolicy) -> Bool {
        if case .seen(let sample) = self { sample.reason(by: policy) == nil } else { false }
    }
}
