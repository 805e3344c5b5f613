/// Decides what becomes of one endpoint: when a compute is started, stopped and answered for.
///
/// ```
///              wakeRequested                      reported running
///   asleep ─────────────────────▶ starting ─────────────────────────▶ running
///     ▲  ▲                          │   │ suspendAsked, too slow         │ suspendAsked, idle for long enough,
///     │  │ backOff fired            │   ▼                                │ reported as ending
///     │  └───────── backingOff ◀────┘  stopping ◀──────────────────────┘
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
package struct EndpointMachine: Sendable {
    package enum State: Equatable, Sendable {
        /// No process. Next: `starting`.
        case asleep
        /// A process runs, or is about to, and has not yet said that Postgres accepts connections.
        /// Next: `running`, `backingOff`, `stopping`.
        case starting
        /// Next: `stopping`, `asleep`.
        case running(ComputeLocation, isIdle: Bool)
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
        switch state {
        case .asleep:
            return [.holdWake] + start(seen: seen)
        case .starting:
            return [.holdWake]
        case .running(let location, let isIdle):
            // Somebody is about to connect: what is idle gets its whole time again.
            return [.answerWake(.success(location))] + (isIdle ? armIdle(idleFor: .zero) : [])
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
        case .stopping(_, let wakeWaits):
            state = .asleep
            let settled: [Action] = [.disarm(.stop), .note(.ended(agentComplaint ?? cause)), .answerWaitingStops]
            if isClosed { return settled }
            return wakeWaits ? settled + start(seen: 0) : settled
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
        case .asleep, .running, .stopping, .backingOff:
            return []
        }
    }

    private mutating func timerFired(_ timer: EndpointTimer) -> [Action] {
        switch (timer, state) {
        case (.start, .starting):
            let failure = WakeFailure(.startFailed, detail: "not running after \(limits.start)")
            return [.answerWaitingWakes(.failure(failure))] + stop(.immediate, why: .startTookTooLong)
        case (.idle, .running(_, isIdle: true)):
            return stop(.fast, why: .idle)
        case (.stop, .stopping(let urgency, let wakeWaits)):
            let next = urgency.escalated
            state = .stopping(next, wakeWaits: wakeWaits)
            return [.note(.stopEscalated(next)), .stopCompute(generation: generation, next), armStop(next)]
        case (.backOff, .backingOff):
            state = .asleep
            return []
        case (.start, _), (.idle, _), (.stop, _), (.backOff, _):
            return []  // Was already due when the state that it belonged to ended.
        }
    }

    /// - Parameter seen: a proxy may have seen a generation that a restored data directory has forgotten; numbers go on
    ///   after that one, lest the proxy take every new compute for an old one.
    private mutating func start(seen: UInt64) -> [Action] {
        let reachable = generation...generation + EndpointLimits.forgottenGenerations
        generation = (reachable.contains(seen) ? seen : generation) + 1
        state = .starting
        agentComplaint = nil
        return [
            .storeGeneration(generation), .note(.starting), .arm(.start, after: limits.start, generation: generation),
            .startCompute(generation: generation),
        ]
    }

    private mutating func stop(_ urgency: StopUrgency, why: EndpointNote) -> [Action] {
        state = .stopping(urgency, wakeWaits: false)
        return [.disarm(.idle), .note(why), .stopCompute(generation: generation, urgency), armStop(urgency)]
    }

    private mutating func backOff(from failure: WakeFailure) -> [Action] {
        failuresInARow += 1
        let delay = limits.backOff(afterFailures: failuresInARow)
        var failure = failure
        failure.retryAfter = delay
        state = .backingOff(failure)
        let settled: [Action] = [
            .disarm(.start), .note(.startFailed(failure.detail)), .answerWaitingWakes(.failure(failure)),
        ]
        return settled + (isClosed ? [] : [.arm(.backOff, after: delay, generation: generation)])
    }

    private func idleActions(_ report: AgentReport) -> [Action] {
        report.idleFor.map { armIdle(idleFor: $0) } ?? [.disarm(.idle)]
    }

    private func armIdle(idleFor: Duration) -> [Action] {
        guard let suspendAfter = limits.suspendAfter else { return [] }
        return [.arm(.idle, after: max(.zero, suspendAfter - idleFor), generation: generation)]
    }

    private func armStop(_ urgency: StopUrgency) -> Action {
        .arm(.stop, after: limits.stopLimit(urgency), generation: generation)
    }
}
