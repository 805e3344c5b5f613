package import Transport

/// One session as an operator sees it: its facts, and what goes by.
package struct SessionReport: Sendable {
    package var facts: SessionFacts
    /// `nil` unless it is joined to its compute.
    package var traffic: RelayControl.Snapshot?

    package init(facts: SessionFacts, traffic: RelayControl.Snapshot? = nil) {
        self.facts = facts
        self.traffic = traffic
    }

    /// For how long nothing has gone by, of a session that has nothing under way. `nil`: it is busy, or not joined.
    package func idleTime(at now: ContinuousClock.Instant) -> Duration? {
        guard let traffic, traffic.isIdle else { return nil }
        return traffic.lastActivity.duration(to: now)
    }
}
