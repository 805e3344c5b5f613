internal import ComputeAgent
internal import FleetSimulation
internal import Gossip

/// Agents: what they live through, how they are killed, and how they come back.
extension ReportFleet {
    private static let restartPause: (Span, Span) = (.milliseconds(5), .milliseconds(1_500))
    /// How long an agent that ends waits for its last reports to be heard.
    private static let patience: Span = .seconds(5)

    /// The control plane starts a compute.
    func begin(_ number: Int) {
        agents[number].generation += 1
        agents[number].reports = 0
        agents[number].isServing = false
        statistics.generations += 1
        fleet.say(nil, "agent \(number) is started for generation \(agents[number].generation)")
        startAgent(number)
        guard configuration.cutInterval > .zero, agents[number].generation == 1 else { return }
        after(dice.exponential(mean: configuration.cutInterval), .networkCuts(number))
    }

    /// As the driver of the product does it: what the journal holds is told again, then that the agent was started again.
    func startAgent(_ number: Int) {
        let agent = agents[number]
        let log = TransitionLog(
            computeID: agent.computeID, generation: agent.generation, limit: SimulatedAgent.queueLimit,
            found: configuration.mistake == .journalNotRead ? nil : agent.disk)
        agents[number].disk = log.text
        let told = log.transitions
        var process = AgentProcess(
            lifecycle: ComputeLifecycle(generation: agent.generation, resuming: told.last), log: log)
        if configuration.mistake != .pastNotTold {
            for transition in told {
                for listener in Listener.allCases { process.links[listener]?.queue.append(transition) }
            }
        }
        agents[number].process = process
        agents[number].life += 1
        let life = agents[number].life
        fleet.say(nil, "agent \(number) starts, its journal ends with \(told.last?.text ?? "nothing")")
        for listener in Listener.allCases {
            after(dice.span(.zero, .milliseconds(5)), .agentConnects(number, life: life, listener))
        }
        after(dice.exponential(mean: configuration.pace), .agentActs(number, life: life))
        let actions = agents[number].process?.lifecycle.startedAgain(atUnixMicros: micros) ?? []
        perform(actions, number)
        if !isCalm, configuration.kills.isEmpty, dice.chance(0.2) {
            after(dice.exponential(mean: .seconds(2)), .agentIsKilled(number, life: life))
        }
    }

    func kill(_ number: Int, _ when: String) {
        guard agents[number].process != nil, !isCalm else { return }
        statistics.kills += 1
        end(number, "is killed \(when)")
        // With its machine, at times: the disk is gone, and Postgres.
        if configuration.kills.isEmpty, dice.chance(0.1) {
            agents[number].disk = nil
            agents[number].isServing = false
            truths[number].cutShort(agents[number].generation)
            fleet.say(nil, "agent \(number) has lost its machine")
            return after(dice.span(.milliseconds(200), .seconds(2)), .generationBegins(number))
        }
        if dice.chance(0.1) { agents[number].isServing = false }
        let life = agents[number].life
        after(dice.span(Self.restartPause.0, Self.restartPause.1), .agentStarts(number, life: life))
    }

    private func end(_ number: Int, _ how: String) {
        fleet.say(nil, "agent \(number) \(how)")
        for listener in Listener.allCases {
            guard let stream = agents[number].process?.links[listener]?.stream else { continue }
            // What it had given to the kernel may still arrive.
            breakOff(stream, lingering: dice.span(.zero, .milliseconds(30)))
        }
        agents[number].process = nil
        agents[number].life += 1
    }

    /// The last transition is told and heard, or has been waited for long enough.
    func exit(_ number: Int) {
        guard let process = agents[number].process, process.isEnding else { return }
        if !process.links.values.allSatisfy(\.queue.isEmpty) { truths[number].cutShort(agents[number].generation) }
        end(number, "exits")
        check(number, generation: agents[number].generation)
        after(dice.span(.milliseconds(100), .seconds(1)), .generationBegins(number))
    }

    func exitIfHeard(_ number: Int) {
        guard let process = agents[number].process, process.isEnding,
            process.links.values.allSatisfy(\.queue.isEmpty)
        else { return }
        exit(number)
    }

    // MARK: - Its life

    func act(_ number: Int) {
        guard let process = agents[number].process, !process.isEnding else { return }
        if !(isCalm && process.lifecycle.state == .running) {
            let life = agents[number].life
            handle(next(process, number), number)
            guard agents[number].life == life else { return }
        }
        after(dice.exponential(mean: configuration.pace), .agentActs(number, life: agents[number].life))
    }

    private func next(_ process: AgentProcess, _ number: Int) -> LifecycleEvent {
        if let planned = plannedKill(number), agents[number].reports < planned.report {
            return ReportConfiguration.plainLife(at: micros)[agents[number].reports]
        }
        let isUnlucky = !isCalm && dice.chance(0.1)
        switch process.lifecycle.state {
        case .empty: return .configureRequested
        case .configurationPending: return process.hasRun ? .reconfigurationBegan : .startupBegan
        case .`init`: return isUnlucky ? .configurationFailed("no room") : .configurationApplied
        case .running: return whileRunning(process)
        case .configuration: return isUnlucky ? .configurationFailed("not taken") : .configurationApplied
        case .refreshConfigurationPending: return isUnlucky ? .configureRequested : .refreshBegan
        case .refreshConfiguration:
            if isUnlucky { return .refreshFailed("nobody answers") }
            return dice.chance(0.5) ? .refreshFoundNoChange : .configurationApplied
        // Nothing serves, the process is about to end, and whoever asks is refused.
        case .failed: return dice.chance(0.5) ? .configureRequested : .refreshRequested
        case .terminationPendingFast where isUnlucky: return .terminateRequested(.immediate, reason: "in a hurry")
        case .terminationPendingFast, .terminationPendingImmediate:
            agents[number].isServing = false
            return .shutdownCompleted(.at(LSN(UInt64(micros))))
        case .terminated: return .terminateCalled(.fast)
        }
    }

    private func whileRunning(_ process: AgentProcess) -> LifecycleEvent {
        let version = FactVersion(generation: process.lifecycle.generation, sequence: process.lifecycle.sequence)
        switch dice.index(below: 24) {
        case 0: return .terminateRequested(.fast, reason: "asked to")
        case 1: return .terminateCalled(.immediate)
        case 2: return .postgresExited("signal 9")
        case 3: return .postgresSilent("for a minute")
        case 4, 5: return .configureRequested
        case 6, 7: return .refreshRequested
        case 8: return .idleConfirmed(at: version)
        case 9: return .idleRefuted
        case 10, 11: return .roleSecretsChanged(revision: UInt64(micros))
        case 12: return .healthChanged(.lease, "lease", isWell: dice.chance(0.5))
        case 13: return .scaleWished(nil)
        case 14: return .activityObserved(.unknown)
        case 15...18: return .activityObserved(.idle(sinceMicros: micros))
        default: return .activityObserved(.active(lastActiveMicros: micros))
        }
    }

    private func handle(_ event: LifecycleEvent, _ number: Int) {
        // Postgres is gone before its agent knows.
        if case .postgresExited = event { agents[number].isServing = false }
        let actions = agents[number].process?.lifecycle.handle(event, atUnixMicros: micros) ?? []
        if agents[number].process?.lifecycle.state == .running, case .configurationApplied = event {
            agents[number].isServing = true
            agents[number].process?.hasRun = true
        }
        perform(actions, number)
    }

    private func perform(_ actions: [LifecycleAction], _ number: Int) {
        let life = agents[number].life
        for action in actions where agents[number].life == life {
            switch action {
            case .report(let transition): report(transition, number)
            case .abandon, .finish:
                agents[number].isServing = false
                agents[number].process?.isEnding = true
                after(Self.patience, .agentGivesUp(number, life: life))
                exitIfHeard(number)
            case .takeConfiguration, .startPostgres, .reconfigure, .fetchSpec, .retryRefresh, .stopPostgres,
                .confirmIdle, .stopIdlePostgres, .keepServing, .endLinger, .refuse:
                break
            }
        }
    }

    // MARK: - Telling

    /// Written down first, then told; killed anywhere.
    private func report(_ transition: Transition, _ number: Int) {
        agents[number].reports += 1
        statistics.transitions += 1
        let point = killPoint(number)
        fleet.say(nil, "agent \(number) makes \(transition.text)")
        let isTooEarly = configuration.mistake == .toldBeforeWritten
        if isTooEarly { tell(transition, number, .fleet) }
        guard let writing = agents[number].process?.log.append(transition) else { return }
        if point == .beforeWriting { return kill(number, "before it writes") }
        if case .whileWriting(let share)? = point {
            if case .append(let bytes) = writing {
                agents[number].disk?.append(contentsOf: bytes.prefix(Int(share * Double(bytes.count))))
            }
            return kill(number, "while it writes")
        }
        switch writing {
        case .append(let bytes): agents[number].disk?.append(contentsOf: bytes)
        case .replace(let bytes): agents[number].disk = bytes
        }
        truths[number].made(transition)
        if point == .written { return kill(number, "when it has written") }
        if !isTooEarly { tell(transition, number, .fleet) }
        if point == .toldTheFleet { return kill(number, "when it has told the fleet") }
        tell(transition, number, .controlPlane)
        if point == .toldAll { kill(number, "when it has told all") }
    }

    private func tell(_ transition: Transition, _ number: Int, _ listener: Listener) {
        agents[number].process?.links[listener]?.queue.append(transition)
        pump(number, listener)
    }

    private func killPoint(_ number: Int) -> KillPoint? {
        guard !isCalm else { return nil }
        guard configuration.kills.isEmpty else {
            return plannedKill(number).flatMap { $0.report == agents[number].reports ? $0.point : nil }
        }
        return dice.chance(configuration.killShare) ? KillPoint.draw(dice: &dice) : nil
    }

    private func plannedKill(_ number: Int) -> (report: Int, point: KillPoint)? {
        guard !configuration.kills.isEmpty, agents[number].generation == 1 else { return nil }
        return configuration.kills[number % configuration.kills.count]
    }
}
