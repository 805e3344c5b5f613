package import Gossip

/// What agents have said of their computes. Nothing grows old here: an agent's word stands until the agent takes it back,
/// or the agent of a later compute speaks.
package struct KnownComputes: Sendable {
    package enum Status: Equatable, Sendable {
        case running(ComputeLocation)
        /// This version and all before it have ended.
        case ended(FactVersion)

        package var version: FactVersion {
            switch self {
            case .running(let location): location.version
            case .ended(let version): version
            }
        }
    }

    /// Endpoints remembered; beyond it, the one that was not asked about for longest is forgotten.
    package static let limit = 65_536
    /// As good as for ever.
    private static let lifetime: Duration = .seconds(100 * 365 * 24 * 3600)

    private var computes: TimedLRU<EndpointName, Status>
    private var revisions: TimedLRU<EndpointName, UInt64>

    package init() {
        computes = TimedLRU(CacheLimits(size: Self.limit, timeToLive: Self.lifetime))
        revisions = TimedLRU(CacheLimits(size: Self.limit, timeToLive: Self.lifetime))
    }

    /// - Returns: `nil` for an endpoint that no agent has spoken for.
    package mutating func status(of endpoint: EndpointName, now: ContinuousClock.Instant) -> Status? {
        computes.touch(endpoint, now: now)
    }

    /// The newer version wins, and of one version its end.
    package mutating func heard(_ status: Status, of endpoint: EndpointName, now: ContinuousClock.Instant) {
        if let known = computes.peek(endpoint) {
            guard status.version >= known.version else { return }
            if case .ended = known, status.version == known.version { return }
        }
        computes.insert(status, for: endpoint, now: now)
    }

    /// - Returns: whether it is another revision than the last one heard.
    package mutating func noteSecrets(
        of endpoint: EndpointName, revision: UInt64, now: ContinuousClock.Instant
    ) -> Bool {
        guard revisions.touch(endpoint, now: now) != revision else { return false }
        revisions.insert(revision, for: endpoint, now: now)
        return true
    }
}
