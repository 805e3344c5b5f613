internal import Logging
internal import Synchronization

/// What the lifecycle wants done with Postgres, step by step: each runs in a task of its own and answers with an event.
final class PostgresWork: Sendable {
    private let context: AgentContext
    /// With which code the process exits.
    private let exitCode = Mutex<Int32>(0)
    /// Set when nobody needs our answers any more.
    private let lingerEnd = Latch<Bool>()

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
            noteApplied(spec)
            send(.configurationApplied)
            if let exit = await process.waitForExit() { send(.postgresExited(exit.description)) }
        } catch {
            guard let process = await context.keeper.foundServing else { return send(.configurationFailed("\(error)")) }
            context.specs.noteFailed(inForce: await context.keeper.configured)
            send(.takenOverAsItWas("\(error)"))
            if let exit = await process.waitForExit() { send(.postgresExited(exit.description)) }
        }
    }

    func reconfigure() async {
        guard let spec = context.specs.stored else { return send(.configurationFailed("no spec is stored")) }
        do {
            try await context.keeper.reconfigure(spec)
            noteApplied(spec)
            send(.configurationApplied)
        } catch {
            context.specs.noteFailed(inForce: await context.keeper.configured)
            // Whoever started Postgres tells of its end.
            guard await context.keeper.isRunning else { return }
            send(.configurationFailed("\(error)"))
        }
    }

    private func noteApplied(_ spec: ComputeSpec) {
        context.specs.noteApplied(spec)
        let configuration = context.configuration
        context.metrics.attached(computeID: configuration.computeID, start: configuration.generation, to: spec)
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
            note(exitCode: 1)
        }
        let position = await context.keeper.finalPosition()
        context.board.note(position)
        send(.shutdownCompleted(position))
    }

    /// The failure stays readable over HTTP for a while, where there is HTTP.
    func abandon() async {
        async let told = context.reporter.waitForAcknowledgements(atMost: context.configuration.lastReportLimit)
        note(exitCode: await context.keeper.exitCode)
        _ = await context.keeper.stop(.immediate)
        context.board.note(await context.keeper.finalPosition())
        _ = await told
        await linger(context.configuration.http == nil ? .none : .long)
        leave()
    }

    func finish(lingering linger: Linger) async {
        await context.reporter.waitForAcknowledgements(atMost: context.configuration.lastReportLimit)
        await self.linger(linger)
        leave()
    }

    func endLinger() {
        lingerEnd.set(true)
    }

    private func linger(_ linger: Linger) async {
        let limits = context.configuration.http ?? AgentHTTPConfiguration()
        switch linger {
        case .none: break
        case .brief: _ = await lingerEnd.wait(atMost: limits.briefLinger)
        case .long: _ = await lingerEnd.wait(atMost: limits.longLinger)
        }
    }

    /// The first that goes wrong is what the exit tells.
    func note(exitCode code: Int32) {
        exitCode.withLock { $0 = $0 == 0 ? code : $0 }
    }

    private func leave() {
        context.mailbox.finish(exitCode: exitCode.withLock { $0 })
    }

    private func send(_ event: LifecycleEvent) {
        context.mailbox.send(event)
    }
}
