/// Decides what becomes of one endpoint: when a compute is started, stopped and answered for.
///
/// ```
///              wakeRequested                      reported running
///   asleep ─────────────────────▶ starting ─────────────────────────▶ running ◀──────────┐ reported running,
///     ▲  ▲                          │   │ suspendAsked, too slow         │  │ idle fired   │ or no answer
///     │  │ backOff fired            │   ▼                                │  └──────▶ suspending
///     │  └───────── backingOff ◀────┘  stopping ◀──────────────────────┴──────────────┘ suspendAsked,
///     │                                 │    │                                             reported as ending
///     │                  exited         │    │ exited, and somebody wants it: starting, one generation on
///     └─────────────────────────────────┘    ▼
///                     exited
/// ```
/// Three rules hold in every state. A generation is stored before its compute is started, so no two computes ever share
/// one. A compute is started only after the process of the one before has ended, so no two ever share a data directory.
/// A wake never starts a second compute beside a first: it joins the start in progress, waits for the stop in progress,
/// or is answered with the compute that runs. That is also how an idempotency key is honoured: while the compute that
/// it asked for starts or lives, the key, repeated, gets that compute, and while a failed start is backed off from, that
/// failure.
///
/// An idle compute is not told to stop but asked to: what is known here of its clients is as old as the agent's last look.
/// The agent looks again, and either stops or stays (`suspending`).
package struct EndpointMachine: Sendable {
    package enum State: Equatable, Sendable {
        /// No process. Next: `starting`.
        case asleep
        /// A process runs, or is about to, and has not yet said that Postgres accepts connections.
        /// Next: `running`, `backingOff`, `stopping`.
        case starting
        /// Next: `suspending`, `stopping`, `asleep`.
        case running(ComputeLocation, isIdle: Bool)
        /// The agent has been asked to stop if nobody uses the compute, and has not answered.
        /// Next: `running`, `stopping`, `asleep`, `starting`.
        case suspending(ComputeLocation, wakeWaits: Bool)
        /// The process has been told to end, or has said that it is ending. Next: `asleep`, `starting`, `stopping`.
        case stopping(StopUrgency, wakeWaits: Bool)
        /// The last start failed; until the timer fires nothing is started. Next: `asleep`.
        case backingOff(WakeFailure)
    }

    package enum Input: Equatable, Sendable {
        /// - Parameter seen: the newest generation that the asker has tried, 0 for none.
        case wakeRequested(seen: UInt64)
        case agentReported(AgentReport)
        /// The compute's process has ended, or could not be made. `cause` is for the operator.
        case computeExited(generation: UInt64, cause: String)
        case suspendAsked(StopUrgency)
        /// The control plane stops: end what runs, start nothing more.
        case closeAsked
        case generationNotStored(generation: UInt64, cause: String)
        case timerFired(EndpointTimer, generation: UInt64)
    }

    /// To be carried out in order. When `storeGeneration` fails, what stands after it must not be done.
    package enum Action: Equatable, Sendable {
        case storeGeneration(UInt64)
        case startCompute(generation: UInt64)
        /// Idempotent; a later one is never gentler than an earlier one.
        case stopCompute(generation: UInt64, StopUrgency)
        /// Asks the agent to stop, provided that nobody has come since this transition of its own.
        case askToStop(generation: UInt64, sequence: UInt64)
        /// Answers whoever gave this input, at once.
        case answerWake(Result<ComputeLocation, WakeFailure>)
        /// Whoever gave this input waits for `answerWaitingWakes`.
        case holdWake
        case answerWaitingWakes(Result<ComputeLocation, WakeFailure>)
        case answerStop
        /// Whoever gave this input waits for `answerWaitingStops`.
        case holdStop
        case answerWaitingStops
        /// Replaces a timer of the same name.
        case arm(EndpointTimer, after: Duration, generation: UInt64)
        case disarm(EndpointTimer)
        case note(EndpointNote)
    }

    package private(set) var state = State.asleep
    /// Of the newest start, 0 before the first. Everything in `state` is about this generation.
    package private(set) var generation: UInt64
    private let limits: EndpointLimits
    private var isClosed = false
    /// What the agent gave as the reason of its failure, until its process has ended.
    private var agentComplaint: String?
    private var failuresInARow = 0
    /// The newest generation that a proxy says it has tried: numbers go on after it.
    private var newestSeen: UInt64 = 0

    /// - Parameter generation: the stored one. Whatever ran under it is over: a compute does not outlive the control
    ///   plane that started it.
    package init(generation: UInt64, limits: EndpointLimits) {
        self.generation = generation
        self.limits = limits
    }

    package mutating func handle(_ input: Input) -> [Action] {
        switch input {
        case .wakeRequested(let seen): wakeRequested(seen: seen)
        case .agentReported(let report): agentReported(report)
        case .computeExited(generation, let cause): computeExited(cause: cause)
        case .computeExited: []  // Of a generation that is over; its end was settled when the next one began.
        case .suspendAsked(let urgency): suspendAsked(urgency)
        case .closeAsked: closeAsked()
        case .generationNotStored(generation, let cause): generationNotStored(cause: cause)
        case .generationNotStored: []
        case .timerFired(let timer, generation): timerFired(timer)
        case .timerFired: []  // Was already due when its generation ended.
        }
    }

    private mutating func wakeRequested(seen: UInt64) -> [Action] {
        guard !isClosed else { return [.answerWake(.failure(WakeFailure(.closing)))] }
        let isOutrun = remember(seen)
        switch state {
        case .asleep:
            return [.holdWake] + start()
        case .starting:
            return [.holdWake]
        case .running where isOutrun:
            return [.holdWake] + stop(.fast, why: .outrun(seen), wakeWaits: true)
        case .running(let location, let isIdle):
            // Somebody is about to connect: what is idle gets its whole time again.
            return [.answerWake(.success(location))] + (isIdle ? armIdle(idleFor: .zero) : [])
        case .suspending where isOutrun:
            return [.holdWake, .disarm(.answer)] + stop(.fast, why: .outrun(seen), wakeWaits: true)
        case .suspending(let location, _):
            state = .suspending(location, wakeWaits: true)
            return [.holdWake]
        case .stopping(let urgency, _):
            state = .stopping(urgency, wakeWaits: true)
            return [.holdWake]
        case .backingOff(let failure):
            return [.answerWake(.failure(failure))]
        }
    }

    private mutating func agentReported(_ report: AgentReport) -> [Action] {
        // Older: a resent piece of history. Newer: of a start that we do not remember, so not ours to believe.
        guard report.generation == generation else { return [] }
        if report.phase == .ending, let error = report.error { agentComplaint = error }
        switch (state, report.phase) {
        case (.starting, .serving(let location)):
            failuresInARow = 0
            state = .running(location, isIdle: report.idleFor != nil)
            return [.disarm(.start), .answerWaitingWakes(.success(location))] + idleActions(report)
        case (.starting, .preparing), (.starting, .ending):
            return []  // An agent that gives up ends its process, and that is what settles it.
        case (.running, .serving(let location)):
            state = .running(location, isIdle: report.idleFor != nil)
            return idleActions(report)
        case (.running, .preparing):
            return []  // It takes up a newer specification, and serves meanwhile.
        case (.running, .ending):
            state = .stopping(.fast, wakeWaits: false)
            return [.disarm(.idle), armStop(.fast)]
        case (.suspending(_, let wakeWaits), .serving(let location)):
            state = .running(location, isIdle: report.idleFor != nil)
            // Whoever waits is about to connect.
            let idle = wakeWaits ? report.idleFor.map { _ in armIdle(idleFor: .zero) } : nil
            return stays(location, wakeWaits) + (idle ?? idleActions(report, notBefore: limits.askAgain))
        case (.suspending(let location, let wakeWaits), .preparing):
            state = .running(location, isIdle: false)
            return stays(location, wakeWaits)
        case (.suspending(_, let wakeWaits), .ending):
            state = .stopping(.fast, wakeWaits: wakeWaits)
            return [.disarm(.answer), .arm(.stop, after: limits.idleStop, generation: generation)]
        case (.asleep, _), (.stopping, _), (.backingOff, _):
            return []  // Late news of a process whose end is known or under way.
        }
    }

    private mutating func computeExited(cause: String) -> [Action] {
        defer { agentComplaint = nil }
        switch state {
        case .starting:
            return backOff(from: WakeFailure(.startFailed, detail: agentComplaint ?? cause))
        case .running:
            state = .asleep
            return [.disarm(.idle), .note(.crashed(agentComplaint ?? cause))]
        case .suspending(_, let wakeWaits):
            state = .asleep
            return [.disarm(.answer), .note(.crashed(agentComplaint ?? cause))] + (wakeWaits ? start() : [])
        case .stopping(_, let wakeWaits):
            state = .asleep
            let settled: [Action] = [.disarm(.stop), .note(.ended(agentComplaint ?? cause)), .answerWaitingStops]
            if isClosed { return settled }
            return wakeWaits ? settled + start() : settled
        case .asleep, .backingOff:
            return []
        }
    }

    private mutating func suspendAsked(_ urgency: StopUrgency) -> [Action] {
        switch state {
        case .asleep, .backingOff:
            return [.answerStop]
        case .starting:
            let answers: [Action] = [
                .holdStop, .disarm(.start), .answerWaitingWakes(.failure(WakeFailure(.suspended))),
            ]
            return answers + stop(urgency, why: .suspendAsked)
        case .running:
            return [.holdStop] + stop(urgency, why: .suspendAsked)
        case .suspending(_, let wakeWaits):
            return [.holdStop, .disarm(.answer)] + stop(urgency, why: .suspendAsked, wakeWaits: wakeWaits)
        case .stopping(let current, let wakeWaits):
            guard urgency > current else { return [.holdStop] }
            state = .stopping(urgency, wakeWaits: wakeWaits)
            return [.holdStop, .stopCompute(generation: generation, urgency), armStop(urgency)]
        }
    }

    private mutating func closeAsked() -> [Action] {
        isClosed = true
        let refusal = Action.answerWaitingWakes(.failure(WakeFailure(.closing)))
        switch state {
        case .asleep, .backingOff:
            return [refusal, .disarm(.backOff), .answerStop]
        case .starting:
            return [.holdStop, refusal, .disarm(.start)] + stop(.fast, why: .closing)
        case .running:
            return [.holdStop] + stop(.fast, why: .closing)
        case .suspending:
            return [.holdStop, refusal, .disarm(.answer)] + stop(.fast, why: .closing)
        case .stopping(let urgency, _):
            state = .stopping(urgency, wakeWaits: false)
            return [.holdStop, refusal, .stopCompute(generation: generation, urgency)]
        }
    }

    private mutating func generationNotStored(cause: String) -> [Action] {
        switch state {
        case .starting:
            // Nothing was started under it. Whether the disk has it or not, the next attempt takes a higher one.
            return backOff(from: WakeFailure(.notStored, detail: cause))
        case .asleep, .running, .suspending, .stopping, .backingOff:
            return []
        }
    }

    private mutating func timerFired(_ timer: EndpointTimer) -> [Action] {
        switch (timer, state) {
        case (.start, .starting):
            failuresInARow += 1
            var failure = WakeFailure(.startFailed, detail: "not running after \(limits.start)")
            failure.isLasting = failuresInARow > 1
            return [.answerWaitingWakes(.failure(failure))] + stop(.immediate, why: .startTookTooLong)
        case (.idle, .running(let location, isIdle: true)):
            state = .suspending(location, wakeWaits: false)
            return [
                .askToStop(generation: generation, sequence: location.sequence),
                .arm(.answer, after: limits.idleAnswer, generation: generation),
            ]
        case (.answer, .suspending(let location, let wakeWaits)):
            // Nobody can say whether it is used, so it is left alone.
            state = .running(location, isIdle: true)
            let answers: [Action] = wakeWaits ? [.answerWaitingWakes(.success(location))] : []
            return [.note(.idleUnanswered)] + answers + armIdle(idleFor: .zero)
        case (.stop, .stopping(let urgency, let wakeWaits)):
            let next = urgency.escalated
            state = .stopping(next, wakeWaits: wakeWaits)
            return [.note(.stopEscalated(next)), .stopCompute(generation: generation, next), armStop(next)]
        case (.backOff, .backingOff):
            state = .asleep
            return []
        case (.start, _), (.idle, _), (.answer, _), (.stop, _), (.backOff, _):
            return []  // Was already due when the state that it belonged to ended.
        }
    }

    /// A proxy may have seen a generation that is forgotten here, after a restore or since the endpoint of that name was
    /// deleted. Numbers go on after that one, lest the proxy take every new compute for an old one; but not for nonsense.
    ///
    /// - Returns: whether what this proxy has seen is later than what runs here.
    private mutating func remember(_ seen: UInt64) -> Bool {
        guard seen > generation, seen - generation <= EndpointLimits.forgottenGenerations else { return false }
        newestSeen = max(newestSeen, seen)
        return true
    }

    private mutating func start() -> [Action] {
        generation = max(generation, newestSeen) + 1
        state = .starting
        agentComplaint = nil
        return [
            .storeGeneration(generation), .note(.starting), .arm(.start, after: limits.start, generation: generation),
            .startCompute(generation: generation),
        ]
    }

    /// What holds for a compute that was asked to stop and stays.
    private func stays(_ location: ComputeLocation, _ wakeWaits: Bool) -> [Action] {
        wakeWaits ? [.disarm(.answer), .answerWaitingWakes(.success(location))] : [.disarm(.answer)]
    }

    private mutating func stop(_ urgency: StopUrgency, why: EndpointNote, wakeWaits: Bool = false) -> [Action] {
        state = .stopping(urgency, wakeWaits: wakeWaits)
        return [.disarm(.idle), .note(why), .stopCompute(generation: generation, urgency), armStop(urgency)]
    }

    private mutating func backOff(from failure: WakeFailure) -> [Action] {
        failuresInARow += 1
        let delay = limits.backOff(afterFailures: failuresInARow)
        var failure = failure
        failure.retryAfter = delay
        failure.isLasting = failuresInARow > 1
        state = .backingOff(failure)
        let settled: [Action] = [
            .disarm(.start), .note(.startFailed(failure.detail)), .answerWaitingWakes(.failure(failure)),
        ]
        return settled + (isClosed ? [] : [.arm(.backOff, after: delay, generation: generation)])
    }

    private func idleActions(_ report: AgentReport, notBefore: Duration = .zero) -> [Action] {
        report.idleFor.map { armIdle(idleFor: $0, notBefore: notBefore) } ?? [.disarm(.idle)]
    }

    private func armIdle(idleFor: Duration, notBefore: Duration = .zero) -> [Action] {
        guard let suspendAfter = limits.suspendAfter else { return [] }
        return [.arm(.idle, after: max(notBefore, suspendAfter - idleFor), generation: generation)]
    }

    private func armStop(_ urgency: StopUrgency) -> Action {
        .arm(.stop, after: limits.stopLimit(urgency), generation: generation)
    }
}
