package import Gossip

/// The revisions of roles' secrets that agents have told, for proxies whose secrets come from somebody else.
///
/// A start changes no secret, so the first revision of a generation is no news: what is remembered stays of use when
/// nobody can be asked. A later one is: somebody has changed a role.
package struct ReportedRevisions: Sendable {
    private struct Told: Sendable {
        var generation: UInt64
        var revision: UInt64
    }

    private static let limits = CacheLimits(size: KnownComputes.limit, timeToLive: .seconds(24 * 3600))
    private var told = TimedLRU<EndpointName, Told>(ReportedRevisions.limits)

    package init() {}

    /// - Parameter revision: 0: nobody has looked.
    /// - Returns: whether it follows another one of the same generation.
    package mutating func isChange(
        _ revision: UInt64, of endpoint: EndpointName, generation: UInt64, now: ContinuousClock.Instant
    ) -> Bool {
        guard revision != 0 else { return false }
        let last = told.touch(endpoint, now: now)
        if let last, last.generation > generation { return false }
        told.insert(Told(generation: generation, revision: revision), for: endpoint, now: now)
        return last.map { $0.generation == generation && $0.revision != revision } ?? false
    }
}
