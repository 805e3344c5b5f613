internal import Gossip

/// The life of one compute as a table: every event has an answer in every state.
///
/// ```
///   empty ──▶ configuration_pending ──▶ init ──▶ running ◀──▶ configuration (through configuration_pending)
///                                        │          │  ▲
///                                        ▼          ▼  └── refresh_configuration ◀── refresh_configuration_pending
///                                      failed: nothing serves, and the process ends
///   any of the above ──▶ termination_pending_fast ──▶ termination_pending_immediate ──▶ terminated
/// ```
///
/// Ending wins: a terminate is accepted in every state that has not ended, and whatever was being configured then is no
/// longer anyone's business.
///
/// `failed` says that nothing serves: whoever hears it stops dialling, and starts another. So a change that could not be
/// applied does not lead there: Postgres serves as before, and the step back to `running` carries the error.
/// The machine reads no clock; the time of an event comes with it.
package struct ComputeLifecycle: Sendable {
    package private(set) var state: ComputeState = .empty
    /// The generation of this start, given by the control plane.
    package let generation: UInt64
    /// The number of the newest transition; zero before the first.
    package private(set) var sequence: UInt64 = 0
    /// The last thing the monitor saw. Meaningful while `running`.
    package private(set) var activity: Activity = .unknown

    /// Whether somebody has asked for a refresh since the spec that is being applied was fetched.
    private var isRefreshDue = false
    /// Whether somebody may want to look at what is left in the end.
    private var isInspected = false

    private var ailments: [HealthPart: String] = [:]
    /// What is not well with a compute that serves, in words; empty when all is. Goes into every step that stays in
    /// `running`: of those any but the newest may be forgotten on the way.
    private var ailment: String { HealthPart.allCases.compactMap { ailments[$0] }.joined(separator: "; ") }
    /// Why what runs is not what was last asked for; empty when it is. Goes into the same steps as ``ailment``.
    private var unapplied = ""

    /// Resolved from the stored spec by whoever stored it; goes into every transition.
    package var pageservers: PageserverConnectionInfo?
    /// Where the agent answers proxies; goes into every transition.
    package var agentAddress = ""
    /// The newest that the monitor saw; goes into every transition.
    package private(set) var roleSecretsRevision: UInt64 = 0
    /// Goes into every transition while it stands.
    package private(set) var scaleWish: ScaleWish?

    /// - Parameter last: the newest transition of this generation that an earlier run of the agent has left.
    package init(generation: UInt64, resuming last: Transition? = nil) {
        self.generation = generation
        guard let last, last.version.generation == generation else { return }
        state = last.state
        sequence = last.version.sequence
        pageservers = last.pageservers
    }

    /// To be called once, before any event: an agent that was started again begins at the beginning, whatever its
    /// predecessor had come to, and its numbers go on.
    package mutating func startedAgain(atUnixMicros now: Int64) -> [LifecycleAction] {
        sequence == 0 ? [] : [move(to: .empty, "the agent was started again", at: now)]
    }

    /// - Parameter atUnixMicros: when it happened, microseconds of Unix time.
    /// - Returns: what to do, in order. Empty for a lawful race that no longer matters.
    package mutating func handle(_ event: LifecycleEvent, atUnixMicros: Int64) -> [LifecycleAction] {
        let before = state
        let actions = answer(to: event, atUnixMicros: atUnixMicros)
        guard state == .running, before != .running, !ailment.isEmpty else { return actions }
        // By itself, since the step into `running` says what became of a change.
        return actions + [move(to: .running, ailment, at: atUnixMicros)]
    }

    private mutating func answer(to event: LifecycleEvent, atUnixMicros: Int64) -> [LifecycleAction] {
        switch event {
        case .configureRequested: configureRequested(at: atUnixMicros)
        case .startupBegan: takenUp(as: .`init`, .startPostgres, "starting", at: atUnixMicros)
        case .reconfigurationBegan: takenUp(as: .configuration, .reconfigure, "reconfiguring", at: atUnixMicros)
        case .configurationApplied: configurationApplied(at: atUnixMicros)
        case .configurationFailed(let error): configurationFailed(error, at: atUnixMicros)
        case .takenOverAsItWas(let error): takenOverAsItWas(error, at: atUnixMicros)
        case .specNotObtained(let error): specNotObtained(error, at: atUnixMicros)
        case .refreshRequested: refreshRequested(at: atUnixMicros)
        case .refreshBegan: refreshBegan(at: atUnixMicros)
        case .refreshFoundNoChange: refreshed("spec unchanged", at: atUnixMicros)
        case .refreshFoundChange: state == .refreshConfiguration ? [.reconfigure] : []
        case .refreshFailed(let error): refreshFailed(error, at: atUnixMicros)
        case .detached: detached(at: atUnixMicros)
        case .postgresExited(let how): postgresExited(how, at: atUnixMicros)
        case .postgresSilent(let how): postgresSilent(how, at: atUnixMicros)
        case .idleStopRequested(let version): isIdle(at: version) ? [.confirmIdle(at: version)] : []
        case .idleConfirmed(let version): idleConfirmed(at: version, now: atUnixMicros)
        case .idleRefuted: state == .running ? [move(to: .running, "in use, so it stays", at: atUnixMicros)] : []
        case .terminateRequested(let mode, let reason): terminateRequested(mode, reason, at: atUnixMicros)
        case .healthChanged(let part, let what, let isWell):
            healthChanged(part, what, isWell: isWell, at: atUnixMicros)
        case .terminateCalled(let mode): terminateCalled(mode, at: atUnixMicros)
        case .shutdownCompleted(let position): shutdownCompleted(position, at: atUnixMicros)
        case .activityObserved(let seen): activityObserved(seen, at: atUnixMicros)
        case .scaleWished(let wish): scaleWished(wish, at: atUnixMicros)
        case .roleSecretsChanged(let revision): roleSecretsChanged(revision, at: atUnixMicros)
        }
    }

    // MARK: Configuring

    private mutating func configureRequested(at now: Int64) -> [LifecycleAction] {
        switch state {
        case .empty, .running, .refreshConfigurationPending:
            return [move(to: .configurationPending, "spec received", at: now), .takeConfiguration]
        case .configurationPending, .configuration, .`init`, .refreshConfiguration, .failed, .terminationPendingFast,
            .terminationPendingImmediate, .terminated:
            return [.refuse(state)]  // At once: whoever asks may ask again.
        }
    }

    private mutating func takenUp(
        as next: ComputeState, _ work: LifecycleAction, _ reason: String, at now: Int64
    ) -> [LifecycleAction] {
        switch state {
        case .configurationPending:
            return [move(to: next, reason, at: now), work]
        case .empty, .configuration, .`init`, .running, .refreshConfigurationPending, .refreshConfiguration, .failed,
            .terminationPendingFast, .terminationPendingImmediate, .terminated:
            return []  // Something else won between the request and its being taken up.
        }
    }

    private mutating func configurationApplied(at now: Int64) -> [LifecycleAction] {
        switch state {
        case .`init`:
            activity = .idle(sinceMicros: now)
            return [move(to: .running, "postgres is ready", at: now)]
        case .configuration:
            return [move(to: .running, "configuration applied", at: now)]
        case .refreshConfiguration:
            return refreshed("configuration applied", at: now)
        case .empty, .configurationPending, .running, .refreshConfigurationPending, .failed, .terminationPendingFast,
            .terminationPendingImmediate, .terminated:
            return []  // A terminate or a dying Postgres was quicker.
        }
    }

    private mutating func configurationFailed(_ error: String, at now: Int64) -> [LifecycleAction] {
        switch state {
        case .`init`:
            return [move(to: .failed, "start failed", error: error, at: now), .abandon]
        case .configuration:
            return [move(to: .running, "reconfiguration failed, postgres serves on", error: error, at: now)]
        case .refreshConfiguration:
            return refreshFailed(error, at: now)
        case .empty, .configurationPending, .running, .refreshConfigurationPending, .failed, .terminationPendingFast,
            .terminationPendingImmediate, .terminated:
            return []
        }
    }

    private mutating func takenOverAsItWas(_ error: String, at now: Int64) -> [LifecycleAction] {
        guard state == .`init` else { return [] }
        activity = .idle(sinceMicros: now)
        return [move(to: .running, "postgres was found serving, and could not be changed", error: error, at: now)]
    }

    /// Whatever was pushed meanwhile does not need it.
    private mutating func specNotObtained(_ error: String, at now: Int64) -> [LifecycleAction] {
        guard state == .empty else { return [] }
        return [move(to: .failed, "no usable spec", error: error, at: now), .abandon]
    }

    // MARK: Refreshing

    private mutating func refreshRequested(at now: Int64) -> [LifecycleAction] {
        switch state {
        case .running:
            return [move(to: .refreshConfigurationPending, "refresh requested", at: now), .fetchSpec]
        case .refreshConfiguration:
            isRefreshDue = true  // It may have changed since it was fetched.
            return []
        case .refreshConfigurationPending, .`init`:
            return []  // The spec is being fetched, or was a moment ago.
        case .empty, .configurationPending, .configuration, .failed, .terminationPendingFast,
            .terminationPendingImmediate, .terminated:
            return [.refuse(state)]
        }
    }

    private mutating func refreshBegan(at now: Int64) -> [LifecycleAction] {
        guard state == .refreshConfigurationPending else { return [] }
        isRefreshDue = false
        return [move(to: .refreshConfiguration, "fetching the spec", at: now)]
    }

    private mutating func refreshed(_ reason: String, at now: Int64) -> [LifecycleAction] {
        guard state == .refreshConfiguration else { return [] }
        guard !isRefreshDue else {
            return [move(to: .refreshConfigurationPending, "\(reason), and asked for again", at: now), .fetchSpec]
        }
        return [move(to: .running, reason, at: now)]
    }

    private mutating func refreshFailed(_ error: String, at now: Int64) -> [LifecycleAction] {
        guard state == .refreshConfiguration else { return [] }
        return [
            move(to: .refreshConfigurationPending, "refresh failed, will try again", error: error, at: now),
            .retryRefresh,
        ]
    }

    private mutating func detached(at now: Int64) -> [LifecycleAction] {
        guard state == .refreshConfiguration else { return [] }
        return terminateRequested(.fast, "detached from its endpoint", at: now)
    }

    // MARK: Ending

    private mutating func postgresExited(_ how: String, at now: Int64) -> [LifecycleAction] {
        switch state {
        case .`init`, .running, .configuration, .configurationPending, .refreshConfigurationPending,
            .refreshConfiguration:
            return [
                move(to: .failed, "postgres exited: \(how)", error: "postgres exited: \(how)", at: now), .abandon,
            ]
        case .empty, .failed, .terminationPendingFast, .terminationPendingImmediate, .terminated:
            return []  // Whoever stops it waits for the exit himself.
        }
    }

    private mutating func postgresSilent(_ how: String, at now: Int64) -> [LifecycleAction] {
        switch state {
        case .running, .configuration, .configurationPending, .refreshConfigurationPending, .refreshConfiguration:
            return [move(to: .failed, "postgres is silent", error: how, at: now), .abandon]
        case .empty, .`init`, .failed, .terminationPendingFast, .terminationPendingImmediate, .terminated:
            return []  // A start has a limit of its own, and so has a stop.
        }
    }

    /// Any transition since then, be it of the activity alone, says that something has happened: its listener knows, and
    /// may ask again.
    private func isIdle(at version: FactVersion) -> Bool {
        guard state == .running, case .idle = activity else { return false }
        return version == FactVersion(generation: generation, sequence: sequence)
    }

    /// Every answer settles the door.
    private mutating func idleConfirmed(at version: FactVersion, now: Int64) -> [LifecycleAction] {
        guard isIdle(at: version) else { return [.keepServing] }
        return [move(to: .terminationPendingFast, "idle for long enough", at: now), .stopIdlePostgres]
    }

    /// A signal is in a hurry, also when somebody else had wanted to look.
    private mutating func terminateRequested(
        _ mode: StopMode, _ reason: String, at now: Int64
    ) -> [LifecycleAction] {
        isInspected = false
        return state == .terminated ? [.endLinger] : terminate(mode, reason, at: now)
    }

    private mutating func terminateCalled(_ mode: StopMode, at now: Int64) -> [LifecycleAction] {
        switch state {
        case .terminationPendingFast, .terminationPendingImmediate, .terminated:
            break  // Whoever was first has said whether anybody looks.
        case .empty, .configurationPending, .configuration, .`init`, .running, .refreshConfigurationPending,
            .refreshConfiguration, .failed:
            isInspected = true
        }
        return terminate(mode, "told to stop over HTTP", at: now)
    }

    private mutating func terminate(_ mode: StopMode, _ reason: String, at now: Int64) -> [LifecycleAction] {
        switch (state, mode) {
        case (.terminationPendingFast, .immediate):
            return [move(to: .terminationPendingImmediate, reason, at: now), .stopPostgres(.immediate)]
        case (.terminationPendingFast, .fast), (.terminationPendingImmediate, _), (.terminated, _):
            return []  // Under way or done: everyone who asks shares one ending.
        case (.empty, _), (.configurationPending, _), (.configuration, _), (.`init`, _), (.running, _),
            (.refreshConfigurationPending, _), (.refreshConfiguration, _), (.failed, _):
            let next: ComputeState = mode == .fast ? .terminationPendingFast : .terminationPendingImmediate
            return [move(to: next, reason, at: now), .stopPostgres(mode)]
        }
    }

    private mutating func shutdownCompleted(_ position: FinalPosition, at now: Int64) -> [LifecycleAction] {
        switch state {
        case .terminationPendingFast, .terminationPendingImmediate:
            let linger: Linger = state == .terminationPendingFast ? .long : .brief
            return [
                move(to: .terminated, "postgres has stopped, its last position \(position)", at: now),
                .finish(isInspected ? linger : .none),
            ]
        case .empty, .configurationPending, .configuration, .`init`, .running, .refreshConfigurationPending,
            .refreshConfiguration, .failed, .terminated:
            return []
        }
    }

    // MARK: Serving

    private mutating func activityObserved(_ seen: Activity, at now: Int64) -> [LifecycleAction] {
        activity = seen
        guard state == .running else { return [] }
        return [move(to: .running, seen.reason, at: now)]
    }

    /// Told while proxies may dial: what they have fetched is of no use any more.
    private mutating func roleSecretsChanged(_ revision: UInt64, at now: Int64) -> [LifecycleAction] {
        roleSecretsRevision = revision
        switch state {
        case .running, .configurationPending, .configuration, .refreshConfigurationPending, .refreshConfiguration:
            return [move(to: state, "role secrets changed", at: now)]
        case .empty, .`init`, .failed, .terminationPendingFast, .terminationPendingImmediate, .terminated:
            return []  // The next transition carries it.
        }
    }

    /// While it is started or changed it is kept for the `running` that follows.
    private mutating func healthChanged(
        _ part: HealthPart, _ what: String, isWell: Bool, at now: Int64
    ) -> [LifecycleAction] {
        ailments[part] = isWell ? nil : what
        guard state == .running else { return [] }
        return [move(to: .running, what, at: now)]
    }

    private mutating func scaleWished(_ wish: ScaleWish?, at now: Int64) -> [LifecycleAction] {
        scaleWish = wish
        guard state == .running else { return [] }
        return [move(to: .running, wish?.reason ?? "as large as it needs to be", at: now)]
    }

    // MARK: Numbering

    /// Every step gets the next number, also one that only moves the activity.
    private mutating func move(
        to next: ComputeState, _ reason: String, error: String = "", at now: Int64
    ) -> LifecycleAction {
        let previous = state
        var error = error
        if next == .running {
            if previous != .running {
                unapplied = error
            } else if error.isEmpty {
                error = [unapplied, ailment].filter { !$0.isEmpty }.joined(separator: "; ")
            }
        }
        state = next
        sequence += 1
        return .report(
            Transition(
                version: FactVersion(generation: generation, sequence: sequence), state: next, previousState: previous,
                atUnixMicros: now, reason: reason, error: error, activity: next == .running ? activity : .unknown,
                pageservers: pageservers, agentAddress: agentAddress, roleSecretsRevision: roleSecretsRevision,
                scaleWish: next == .running ? scaleWish : nil))
    }
}

extension Activity {
    /// For the history a person reads.
    fileprivate var reason: String {
        switch self {
        case .unknown: "activity unknown"
        case .active(_, let reason): "active: \(reason.rawValue)"
        case .idle: "idle"
        }
    }
}
