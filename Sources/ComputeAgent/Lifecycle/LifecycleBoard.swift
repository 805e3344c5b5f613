internal import Gossip
internal import Synchronization

/// What the lifecycle has come to, for every part of the agent that looks or waits: requests over HTTP, probes, the watch.
final class LifecycleBoard: Sendable {
    /// Steps kept for those who wait; each is found by whoever began to wait at most so many steps before it.
    private static let historyLimit = 64

    private struct Picture {
        /// Without those that only moved the activity.
        var history: [Transition] = []
        var newest: Transition?
        /// Of the newest step that had a text, until it runs as it should.
        var error: String?
        /// What is not well with what runs, by the newest step that stayed there.
        var ailment: String?
        var lastActiveMicros: Int64?
        var finalPosition: FinalPosition?
        var configuredMicros: Int64?
        var hasRun = false
        var isServing = false
        var isBlind = false
    }

    private let picture = Mutex(Picture())
    private let moved = Signal()

    var state: ComputeState { picture.withLock { $0.newest?.state ?? .empty } }
    var newest: Transition? { picture.withLock { $0.newest } }
    /// What went wrong last, unless it has been put right since.
    var error: String? {
        // What a step within `running` says is all that is wrong then.
        picture.withLock { $0.newest?.state == .running ? $0.ailment ?? $0.error : $0.error ?? $0.ailment }
    }
    /// When somebody was last served, microseconds of Unix time; `nil` while nobody has been seen.
    var lastActiveMicros: Int64? { picture.withLock { $0.lastActiveMicros } }

    /// Where the log ends; `nil` while it does not.
    var finalPosition: FinalPosition? { picture.withLock { $0.finalPosition } }
    /// When the compute got its first spec, microseconds of Unix time.
    var configuredMicros: Int64? { picture.withLock { $0.configuredMicros } }

    /// Whether it has been `running` in this agent's life.
    var hasRun: Bool { picture.withLock { $0.hasRun } }
    /// Whether Postgres serves, as far as is known: from the first `running` until somebody gives it up.
    var isServing: Bool { picture.withLock { $0.isServing } }
    /// Whether it runs, as far as is known, and the monitor gets no answers.
    var isUnknown: Bool {
        picture.withLock { $0.newest?.state == .running && $0.newest?.activity == .unknown && !$0.isBlind }
    }
    /// Who is being served, in a word: a reason, or that there is none, or that nobody knows.
    var activityText: String {
        switch newest?.activity {
        case .active(_, let reason)?: reason.rawValue
        case .idle?: "idle"
        case .unknown?, nil: "unknown"
        }
    }

    func note(_ position: FinalPosition) {
        picture.withLock { $0.finalPosition = position }
    }

    /// The monitor gets answers, and may not see who is served.
    func note(isBlind: Bool) {
        picture.withLock { $0.isBlind = isBlind }
    }

    func noteServiceEnded() {
        picture.withLock { $0.isServing = false }
    }

    func note(_ transition: Transition) {
        picture.withLock { picture in
            picture.newest = transition
            switch transition.activity {
            case .active(let last, _), .idle(let last):
                // Never back, but when the clock itself was set back.
                picture.lastActiveMicros = min(max(picture.lastActiveMicros ?? 0, last), transition.atUnixMicros)
            case .unknown: break
            }
            if transition.state == .running, transition.isActivityOnly {
                picture.ailment = transition.error.isEmpty ? nil : transition.error
            }
            guard !transition.isActivityOnly else { return }
            if transition.previousState == .empty { picture.configuredMicros = transition.atUnixMicros }
            if transition.state == .running {
                picture.error = transition.error.isEmpty ? nil : transition.error
                // What else is not well is told in the next step.
                picture.ailment = nil
                picture.hasRun = true
                picture.isServing = true
            } else if !transition.error.isEmpty {
                picture.error = transition.error
            }
            picture.history.append(transition)
            if picture.history.count > Self.historyLimit { picture.history.removeFirst() }
        }
        moved.fire()
    }

    /// Waits for a step into one of `states` that is newer than `version`.
    ///
    /// - Parameter limit: `nil` waits for as long as the task lives.
    /// - Returns: `nil` when the limit passed, or the task was cancelled, first.
    func first(
        of states: Set<ComputeState>, after version: FactVersion? = nil, within limit: Duration? = nil
    ) async -> Transition? {
        let end = limit.map { ContinuousClock.now.advanced(by: $0) }
        while !Task.isCancelled {
            let more = moved.next
            if let found = step(into: states, after: version) { return found }
            guard let end else {
                _ = await more.wait()
                continue
            }
            let rest = ContinuousClock.now.duration(to: end)
            guard rest > .zero else { return nil }
            _ = await more.wait(atMost: rest)
        }
        return nil
    }

    private func step(into states: Set<ComputeState>, after version: FactVersion?) -> Transition? {
        picture.withLock { picture in
            picture.history.first { step in
                states.contains(step.state) && (version.map { step.version > $0 } ?? true)
            }
        }
    }
}
