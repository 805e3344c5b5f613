package import Gossip
package import Transport

/// Which sessions are meant: those that fulfil everything that is given.
package struct SessionFilter: Sendable, Equatable {
    package var id: SessionID?
    /// Also by a name with a suffix, unless that one is given.
    package var endpoint: EndpointName?
    package var role: String?
    package var phase: SessionPhase?
    /// Of the client, behind any balancer.
    package var addresses: IPRange?
    /// Joined, with nothing under way, for longer than this.
    package var idleLongerThan: Duration?

    /// All sessions.
    package init() {}

    package func admits(_ facts: SessionFacts) -> Bool {
        if let id, facts.id != id { return false }
        if let endpoint, facts.endpoint != endpoint, facts.endpoint?.unsuffixed != endpoint { return false }
        if let role, facts.role != role { return false }
        if let phase, facts.phase != phase { return false }
        if let addresses {
            guard let address = facts.origin.address, addresses.contains(address) else { return false }
        }
        return true
    }

    package func admits(_ report: SessionReport, at now: ContinuousClock.Instant) -> Bool {
        guard admits(report.facts) else { return false }
        guard let idleLongerThan else { return true }
        return report.idleTime(at: now).map { $0 > idleLongerThan } ?? false
    }
}
