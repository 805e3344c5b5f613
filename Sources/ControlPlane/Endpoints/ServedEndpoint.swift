package import Gossip
package import SidecarAPI
package import Telemetry

/// One endpoint, as proxies, agents and administrators are served with it.
package protocol ServedEndpoint: Sendable {
    var name: EndpointName { get }

    /// Returns when a compute accepts connections, or with the reason why none does.
    ///
    /// - Parameters:
    ///   - key: the asker's idempotency key, for the history.
    ///   - seen: the newest generation that the asker has tried, 0 for none.
    func wake(key: String, seen: UInt64) async -> Result<WokenCompute, WakeFailure>

    /// Returns when the compute has ended; at once when there is none.
    func suspend(_ urgency: StopUrgency) async

    /// Whether this compute may speak for that generation.
    func isSpokenFor(by computeID: String, generation: UInt64) async -> Bool

    /// Takes a transition from this endpoint's agent. When it returns, nothing of it can be lost.
    ///
    /// - Throws: when it cannot be kept now; then it must not be acknowledged.
    func report(_ transition: ReportV1.Transition, now: Int64) async throws

    /// An agent's stream has opened.
    ///
    /// - Returns: its number, for `detach`, and the versions at which the agent is asked to stop if it is idle. A question
    ///   that nobody fetched is replaced by the next.
    func attach() async -> (link: Int, questions: AsyncStream<ReportV1.Version>)
    func detach(_ link: Int) async

    /// What proves the role; `nil`: nobody can log in as it.
    ///
    /// - Throws: when that cannot be found out now.
    func verifier(of role: String) async throws -> Secret<String>?
    var rules: EndpointRules { get async }

    /// Replaces the rules; the fleet is told that they are others.
    func setRules(_ rules: EndpointRules) async throws

    /// The spec of its newest compute; `nil`: that is not this one, or its spec comes from elsewhere.
    func specification(of computeID: String, suspendAfter: Duration?) async throws -> [UInt8]?

    var summary: EndpointSummary { get async }
    var historyEntries: [HistoryEntry] { get async }
}

/// How an asker's wake ended.
package struct WokenCompute: Sendable {
    package var location: ComputeLocation
    /// It ran before anybody asked.
    package var wasRunning: Bool
}
