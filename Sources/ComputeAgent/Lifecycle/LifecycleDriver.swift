internal import Logging

/// Reads the mailbox, asks the lifecycle, and has done what it answers.
///
/// Nothing here waits for more than the next message: the work an action asks for runs beside the loop and answers with an
/// event; none of it outlives `run`.
struct LifecycleDriver: Sendable {
    let context: AgentContext
    let work: PostgresWork
    let idleStop: IdleStopDesk

    /// - Returns: the exit code.
    func run() async -> Int32 {
        await withDiscardingTaskGroup(returning: Int32.self) { group in
            let exitCode = await handleMail(&group)
            group.cancelAll()
            return exitCode
        }
    }

    private func handleMail(_ group: inout DiscardingTaskGroup) async -> Int32 {
        var lifecycle = resume(&group)
        for await message in context.mailbox.messages {
            switch message {
            case .finished(let exitCode):
                return exitCode
            case .heartbeat(let asker):
                asker.set(true)
            case .event(let event, let asker):
                let answer = handle(event, &lifecycle, &group)
                asker?.set(answer)
            case .spec(_, let base?, _, _, let asker) where context.specs.stored != base:
                asker?.set(.ignored(lifecycle.state))
            case .spec(let spec, _, let control, let event, let asker):
                let before = context.specs.exchangeStored(spec)
                let answer = handle(event, &lifecycle, &group)
                if answer.isAccepted {
                    context.specs.noteAccepted(spec, beside: control)?.tell(context.log)
                } else {
                    context.specs.restoreStored(before)
                }
                asker?.set(answer)
            }
        }
        return 1
    }

    /// An agent that is started again tells what its predecessor may not have told, and goes on from there.
    private func resume(_ group: inout DiscardingTaskGroup) -> ComputeLifecycle {
        let told = context.journal.transitions
        var lifecycle = ComputeLifecycle(generation: context.configuration.generation, resuming: told.last)
        for transition in told { context.reporter.report(transition) }
        lifecycle.agentAddress = context.secrets.address
        for action in lifecycle.startedAgain(atUnixMicros: UnixClock.micros()) {
            if case .report(let transition) = action { note(transition) }
            perform(action, in: &group)
        }
        return lifecycle
    }

    private func handle(
        _ event: LifecycleEvent, _ lifecycle: inout ComputeLifecycle, _ group: inout DiscardingTaskGroup
    ) -> LifecycleAnswer {
        lifecycle.pageservers = context.specs.pageservers ?? lifecycle.pageservers
        lifecycle.agentAddress = context.secrets.address
        let actions = lifecycle.handle(event, atUnixMicros: UnixClock.micros())
        for action in actions {
            if case .report(let transition) = action { note(transition) }
            perform(action, in: &group)
        }
        return LifecycleAnswer(actions, in: lifecycle)
    }

    private func note(_ transition: Transition) {
        let level: Logger.Level = transition.isActivityOnly ? .debug : (transition.error.isEmpty ? .info : .error)
        context.log.log(
            level: level, "\(transition.previousState.rawValue) -> \(transition.state.rawValue): \(transition.reason)",
            metadata: transition.error.isEmpty
                ? ["version": "\(transition.version)"]
                : ["version": "\(transition.version)", "error": "\(transition.error)"])
        context.board.note(transition)
        context.metrics.note(transition)
    }

    private func perform(_ action: LifecycleAction, in group: inout DiscardingTaskGroup) {
        switch action {
        case .report(let transition):
            context.journal.append(transition)
            context.reporter.report(transition)
        case .takeConfiguration: group.addTask { await work.takeConfiguration() }
        case .startPostgres: group.addTask { await work.start() }
        case .reconfigure: group.addTask { await work.reconfigure() }
        case .fetchSpec: group.addTask { await context.specs.refresh(after: .zero) }
        case .retryRefresh: group.addTask { await context.specs.refreshAgain() }
        case .stopPostgres(let mode): group.addTask { await work.stop(mode) }
        case .confirmIdle(let version): idleStop.ask(at: version)
        case .stopIdlePostgres: idleStop.decide(true)
        case .keepServing: idleStop.decide(false)
        case .abandon:
            context.board.noteServiceEnded()
            group.addTask { await work.abandon() }
        case .finish(let linger): group.addTask { await work.finish(lingering: linger) }
        case .endLinger: work.endLinger()
        case .refuse(let state): context.log.notice("not possible in state \(state.rawValue)")
        }
    }
}
