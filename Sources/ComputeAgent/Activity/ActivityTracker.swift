/// Turns looks at a Postgres into what is worth reporting: activity that began, ended, moved or became unknowable.
package struct ActivityTracker: Sendable {
    package private(set) var activity: Activity
    private let policy: ActivityPolicy
    private var lastActiveMicros: Int64
    private var sessionsEver: Int64?
    /// Of others, as many as have ever been seen at once.
    private var visitorsEver: Int64 = 0
    /// The newest change of a session's state that has been counted.
    private var countedChange: Int64?

    /// A compute nobody has used yet is idle since it runs.
    package init(runningSinceMicros: Int64, policy: ActivityPolicy = ActivityPolicy()) {
        self.policy = policy
        activity = .idle(sinceMicros: runningSinceMicros)
        lastActiveMicros = runningSinceMicros
    }

    /// The time of day was set: what lay so far back lies as far back still.
    package mutating func clockWasSet(byMicros jump: Int64) {
        lastActiveMicros += jump
    }

    /// - Returns: the activity when it differs from what was known before.
    package mutating func sampled(_ sample: ActivitySample, atUnixMicros now: Int64) -> Activity? {
        let hadVisitors = hadVisitors(sample)
        if let reason = sample.reason(by: policy) {
            lastActiveMicros = max(lastActiveMicros, now)
            // While it lasts, its beginning is news, and that it is somebody else's.
            if case .active(_, reason) = activity { return nil }
            return settle(.active(lastActiveMicros: lastActiveMicros, reason: reason))
        }
        // One and the same change counts once: its time may be of a clock that has been set back since.
        if let change = sample.newestStateChangeMicros, change != countedChange {
            countedChange = change
            lastActiveMicros = max(lastActiveMicros, min(change, now))
        }
        if hadVisitors || (wasServing && sample.newestStateChangeMicros == nil) {
            lastActiveMicros = max(lastActiveMicros, now)
        }
        return settle(.idle(sinceMicros: lastActiveMicros))
    }

    /// Sessions that came and went between two looks. Statistics that were set back hide whoever came before that.
    private mutating func hadVisitors(_ sample: ActivitySample) -> Bool {
        let visitors = sample.sessionsEver - sample.ownSessionsEver
        defer { sessionsEver = sample.sessionsEver }
        guard let before = sessionsEver, sample.sessionsEver >= before else {
            visitorsEver = visitors
            return sessionsEver != nil
        }
        defer { visitorsEver = max(visitorsEver, visitors) }
        return visitors > visitorsEver
    }

    /// The look failed. Not knowing is not idling.
    package mutating func lookFailed() -> Activity? {
        settle(.unknown)
    }

    private var wasServing: Bool {
        switch activity {
        case .active, .unknown: true
        case .idle: false
        }
    }

    private mutating func settle(_ next: Activity) -> Activity? {
        guard next != activity else { return nil }
        activity = next
        return next
    }
}
