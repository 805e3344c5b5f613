internal import Logging
internal import Synchronization

/// What the lifecycle wants done with Postgres, step by step: each runs in a task of its own and answers with an event.
final class PostgresWork: Sendable {
    private let context: AgentContext
    /// Whether Postgres ended only by force.
    private let wasKilled = Mutex(false)

    init(_ context: AgentContext) {
        self.context = context
    }

    func takeConfiguration() async {
        send(await context.keeper.isRunning ? .reconfigurationBegan : .startupBegan)
    }

    /// Stays with the Postgres it started, to tell its end the moment it comes.
    func start() async {
        guard let spec = context.specs.stored else { return send(.configurationFailed("no spec is stored")) }
        do {
            let process = try await context.keeper.start(spec)
            context.specs.noteApplied(spec)
            send(.configurationApplied)
            if let exit = await process.waitForExit() { send(.postgresExited(exit.description)) }
        } catch {
            send(.configurationFailed("\(error)"))
        }
    }

    func reconfigure() async {
        guard let spec = context.specs.stored else { return send(.configurationFailed("no spec is stored")) }
        do {
            try await context.keeper.reconfigure(spec)
            context.specs.noteApplied(spec)
            send(.configurationApplied)
        } catch {
            // Some of it may have been applied: the next spec is compared with nothing.
            context.specs.forgetApplied()
            send(.configurationFailed("\(error)"))
        }
    }

    // MARK: Ending

    /// The announcement goes first: whoever hears it stops dialling before Postgres stops listening.
    func stop(_ mode: StopMode) async {
        await context.reporter.waitForAcknowledgements(atMost: context.configuration.announcementLimit)
        await end(mode)
    }

    /// As `stop`, for whoever has announced it already.
    func end(_ mode: StopMode) async {
        if await !context.keeper.stop(mode) {
            context.log.error("postgres had to be killed")
            wasKilled.withLock { $0 = true }
        }
        send(.shutdownCompleted)
    }

    func abandon() async {
        async let told = context.reporter.waitForAcknowledgements(atMost: context.configuration.lastReportLimit)
        _ = await context.keeper.stop(.immediate)
        _ = await told
        context.mailbox.finish(exitCode: 1)
    }

    func finish() async {
        await context.reporter.waitForAcknowledgements(atMost: context.configuration.lastReportLimit)
        context.mailbox.finish(exitCode: wasKilled.withLock { $0 } ? 1 : 0)
    }

    private func send(_ event: LifecycleEvent) {
        context.mailbox.send(event)
    }
}
