package import Gossip

/// What is known about endpoints' rules and limits, and for how long it may be believed.
package struct EndpointSettingsCache: Sendable {
    package typealias Instant = ContinuousClock.Instant

    package struct Entry: Sendable {
        package var settings: EndpointSettings
        /// The role that was asked about when this was told: there is no question about an endpoint alone.
        package var role: String
        package var fetchedAt: Instant
        package var freshUntil: Instant
        var nextRefetch: Instant

        package func isFresh(at now: Instant) -> Bool { now < freshUntil }
    }

    private let timeToLive: Duration
    private var entries: TimedLRU<EndpointName, Entry>

    /// - Parameter limits: how many, and for how long they are fresh.
    package init(_ limits: CacheLimits, staleLimit: Duration) {
        timeToLive = limits.timeToLive
        entries = TimedLRU(CacheLimits(size: limits.size, timeToLive: max(limits.timeToLive, staleLimit)))
    }

    /// - Returns: also what is stale.
    package mutating func entry(of endpoint: EndpointName, now: Instant) -> Entry? {
        entries.touch(endpoint, now: now)
    }

    package func peek(_ endpoint: EndpointName) -> Entry? { entries.peek(endpoint) }

    /// - Parameter asked: when the question was put. An answer that was overtaken by a later one is not taken.
    package mutating func fill(_ settings: EndpointSettings, for key: RoleKey, asked: Instant, now: Instant) {
        let present = entries.peek(key.endpoint)
        if let present, present.fetchedAt > asked { return }
        let entry = Entry(
            settings: settings, role: key.role, fetchedAt: asked, freshUntil: now + timeToLive,
            nextRefetch: present?.nextRefetch ?? now)
        entries.insert(entry, for: key.endpoint, now: now)
    }

    /// Stale settings count as fresh for a moment: whoever knows better does not answer.
    package mutating func extend(_ endpoint: EndpointName, until instant: Instant, now: Instant) {
        guard var entry = entries.peek(endpoint), entry.freshUntil <= now else { return }
        entry.freshUntil = instant
        entries.insert(entry, for: endpoint, now: now)
    }

    /// Whether it is worth asking if a rule that turned somebody away still holds.
    package mutating func takeRefetch(for endpoint: EndpointName, now: Instant) -> Bool {
        guard var entry = entries.peek(endpoint) else { return false }
        guard now >= entry.fetchedAt + Refetching.leastAge, now >= entry.nextRefetch else { return false }
        entry.nextRefetch = now + Refetching.interval
        entries.insert(entry, for: endpoint, now: now)
        return true
    }

    /// - Returns: how many entries were let go.
    package mutating func purge(_ endpoint: EndpointName?) -> Int {
        let before = entries.count
        entries.removeAll { endpoint == nil || $0 == endpoint }
        return before - entries.count
    }
}

/// When a cached “no” is worth a question: strangers can cause it, so not often.
enum Refetching {
    /// Younger than this, it is the truth.
    static let leastAge: Duration = .seconds(1)
    /// Between two questions about one subject.
    static let interval: Duration = .seconds(5)
}
