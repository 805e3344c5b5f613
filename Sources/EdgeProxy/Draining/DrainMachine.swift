/// Decides what a drain does next. Opens nothing, waits for nothing; the time comes in.
///
/// ```
/// serving ──begun──▶ lagging ──lag over──▶ ending ──all gone──▶ over
///                       └─────── deadline or hurry ──▶ farewell ──all gone, or time is up──▶ over
/// ```
package struct DrainMachine: Sendable {
    package enum Phase: String, Sendable, CaseIterable {
        /// Next: `lagging`, `ending`, `farewell`.
        case serving
        /// Readiness says no and others wake our endpoints, but who comes is served. Next: `ending`, `farewell`.
        case lagging
        /// Nobody can come any more; sessions end at idle points. Next: `farewell`, `over`.
        case ending
        /// Whoever is left is ended now. Next: `over`.
        case farewell
        /// Time to leave gossip and to exit.
        case over
    }

    package enum Event: Sendable, Equatable {
        /// - Parameter wasServing: `false` for a proxy that never was ready: no balancer has to hear of it.
        case begun(wasServing: Bool)
        /// Somebody asked again, or the process has to go.
        case hurried
        /// How many there are now.
        /// - Parameter flights: wakes under way, which others may wait for.
        case counted(sessions: Int, flights: Int)
    }

    package enum Action: Sendable, Equatable {
        /// Readiness 503; gossip says that others are to be asked for wakes.
        case turnAway
        case stopAccepting
        /// Begin to ask sessions to leave at their idle points.
        case beginEnding(spreadOver: Duration)
        /// End whoever is left.
        case endAll
        /// Nothing is left to wait for.
        case leave
    }

    private let settings: DrainSettings
    /// From the first request to the farewell.
    private let limit: Duration
    package private(set) var phase = Phase.serving
    package private(set) var phaseSince: ContinuousClock.Instant?
    /// When the farewell begins; `nil` before the drain has.
    package private(set) var deadline: ContinuousClock.Instant?
    private var phaseEnd: ContinuousClock.Instant?
    private var sessions = 0

    package init(_ settings: DrainSettings, deadline limit: Duration) {
        self.settings = settings
        self.limit = limit
    }

    /// When to come back even if nothing happens; `nil`: never.
    package var nextWake: ContinuousClock.Instant? { phaseEnd }

    package mutating func handle(_ event: Event, at now: ContinuousClock.Instant) -> [Action] {
        if case .counted(let sessions, _) = event { self.sessions = sessions }
        switch (phase, event) {
        case (.serving, .begun(let wasServing)):
            deadline = now + limit
            return [.turnAway] + beginLagging(for: wasServing ? settings.lag : .zero, at: now)
        case (.serving, .hurried):
            deadline = now
            return [.turnAway, .stopAccepting] + bidFarewell(at: now)
        case (.lagging, .hurried):
            return [.stopAccepting] + bidFarewell(at: now)
        case (.ending, .hurried):
            return bidFarewell(at: now)
        case (.lagging, .counted):
            return isOver(phaseEnd, at: now) ? endLag(at: now) : []
        case (.ending, .counted(0, 0)):
            return leave(at: now)
        case (.ending, .counted):
            return isOver(phaseEnd, at: now) ? bidFarewell(at: now) : []
        case (.farewell, .counted(let sessions, _)):
            return sessions == 0 || isOver(phaseEnd, at: now) ? leave(at: now) : []
        case (.serving, .counted), (.lagging, .begun), (.ending, .begun), (.farewell, .begun), (.farewell, .hurried),
            (.over, _):
            return []
        }
    }

    private mutating func beginLagging(for lag: Duration, at now: ContinuousClock.Instant) -> [Action] {
        enter(.lagging, until: min(now + lag, deadline ?? now), at: now)
        return lag > .zero ? [] : endLag(at: now)
    }

    private mutating func endLag(at now: ContinuousClock.Instant) -> [Action] {
        if isOver(deadline, at: now) { return [.stopAccepting] + bidFarewell(at: now) }
        enter(.ending, until: deadline, at: now)
        return [.stopAccepting, .beginEnding(spreadOver: window(at: now))]
    }

    private mutating func bidFarewell(at now: ContinuousClock.Instant) -> [Action] {
        enter(.farewell, until: now + settings.farewellLimit, at: now)
        return [.endAll]
    }

    private mutating func leave(at now: ContinuousClock.Instant) -> [Action] {
        enter(.over, until: nil, at: now)
        return [.leave]
    }

    private mutating func enter(
        _ phase: Phase, until end: ContinuousClock.Instant?, at now: ContinuousClock.Instant
    ) {
        self.phase = phase
        phaseSince = now
        phaseEnd = end
    }

    private func isOver(_ instant: ContinuousClock.Instant?, at now: ContinuousClock.Instant) -> Bool {
        instant.map { now >= $0 } ?? false
    }

    /// A few sessions leave at once; many over a while.
    private func window(at now: ContinuousClock.Instant) -> Duration {
        let wanted = Duration.seconds(1) * sessions / max(1, settings.sessionsPerSecond)
        let left = deadline.map { now.duration(to: $0) } ?? .zero
        return min(wanted, settings.spread, left / 2)
    }
}
