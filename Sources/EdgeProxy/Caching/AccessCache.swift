package import Gossip

/// What the control plane has said about roles and their endpoints, less what is known to have changed since.
package struct AccessCache: Sendable {
    package typealias Instant = ContinuousClock.Instant

    package enum Lookup: Sendable {
        case fresh(EndpointAccess)
        /// Too old to be believed while somebody can be asked, and better than nothing while nobody can.
        case stale(EndpointAccess)
        case absent
        /// Not long ago the control plane refused this role, or took no more questions about it.
        case refused(LookupFailure)
    }

    private struct Refused: Sendable {
        var failure: LookupFailure
        var asked: Instant
        var until: Instant
    }

    /// Roles of which a refusal is remembered: room of their own, since strangers choose the names.
    private static let refusedLimit = 1_024
    /// How long a refusal is remembered at most, whatever the control plane asks for.
    private static let refusedTimeToLive: Duration = .seconds(30)

    private var secrets: RoleSecretCache
    private var settings: EndpointSettingsCache
    private var floors: SecretFloors
    private var refusals: TimedLRU<RoleKey, Refused>
    private let negativeTimeToLive: Duration

    package init(_ limits: ProjectInfoLimits, negativeTimeToLive: Duration) {
        self.negativeTimeToLive = negativeTimeToLive
        refusals = TimedLRU(
            CacheLimits(
                size: min(limits.roles.size, Self.refusedLimit), timeToLive: Self.refusedTimeToLive))
        secrets = RoleSecretCache(limits.roles, negativeTimeToLive: negativeTimeToLive)
        settings = EndpointSettingsCache(limits.endpoints, staleLimit: RoleSecretCache.staleLimit)
        floors = SecretFloors(
            CacheLimits(
                size: limits.endpoints.size,
                timeToLive: max(limits.endpoints.timeToLive, RoleSecretCache.staleLimit)))
    }

    package mutating func lookUp(_ key: RoleKey, now: Instant) -> Lookup {
        let (entry, floor) = current(key.endpoint, now: now)
        if let refused = refusals.peek(key), now < refused.until, floor.map({ refused.asked > $0 }) ?? true {
            return .refused(refused.failure)
        }
        switch (secrets.lookUp(key, floor: floor, now: now), entry) {
        case (.fresh(let role), let entry?):
            let access = EndpointAccess(role, entry.settings)
            return entry.isFresh(at: now) ? .fresh(access) : .stale(access)
        case (.stale(let role), let entry?): return .stale(EndpointAccess(role, entry.settings))
        case (.fresh(.noSecret), nil): return .fresh(EndpointAccess(.noSecret))
        case (.fresh, nil), (.stale, nil), (.absent, _): return .absent
        }
    }

    /// The endpoint's settings alone, and whether they are fresh.
    package mutating func lookUpSettings(of endpoint: EndpointName, now: Instant) -> EndpointSettingsCache.Entry? {
        current(endpoint, now: now).entry
    }

    /// - Parameter asked: when the question was put that `access` answers: a change since then is not in it.
    package mutating func fill(_ access: EndpointAccess, for key: RoleKey, asked: Instant, now: Instant) {
        if let told = access.settings { settings.fill(told, for: key, asked: asked, now: now) }
        secrets.fill(access.role, for: key, asked: asked, now: now)
        refusals.remove(key)
    }

    /// The control plane refused to answer. What it says of this role is remembered for a moment, so that whoever tries
    /// on and on does not make it busy; any other failure says nothing about the next question.
    package mutating func fill(_ failure: LookupFailure, for key: RoleKey, asked: Instant, now: Instant) {
        guard [.roleProtected, .rateLimited].contains(failure.reason) else { return }
        let wait = min(max(failure.retryAfter ?? .zero, negativeTimeToLive), Self.refusedTimeToLive)
        refusals.insert(Refused(failure: failure, asked: asked, until: now + wait), for: key, now: now)
    }

    /// Secrets and settings of this endpoint, or of all endpoints of this project or account, changed: what has been
    /// fetched so far, or is being fetched, is of no use.
    ///
    /// - Returns: whether it was news: of a later revision than any heard before.
    @discardableResult
    package mutating func invalidate(_ name: String, upTo revision: UInt64, now: Instant) -> Bool {
        floors.raise(name, to: revision, now: now)
    }

    /// The control plane did not answer: what is stale counts as fresh for a moment, so that not every session waits
    /// for the same silence.
    package mutating func outageNoticed(for key: RoleKey, now: Instant) {
        secrets.outageNoticed(for: key, now: now)
        settings.extend(key.endpoint, until: now + RoleSecretCache.outageGrace, now: now)
    }

    /// Whether a wrong proof is worth a question.
    package mutating func takeRefetch(for key: RoleKey, now: Instant) -> Bool {
        secrets.takeRefetch(for: key, now: now)
    }

    /// Whether it is worth a question that a rule turned somebody away.
    package mutating func takeRefetch(for endpoint: EndpointName, now: Instant) -> Bool {
        settings.takeRefetch(for: endpoint, now: now)
    }

    // MARK: - Operators

    package func roles(of endpoint: EndpointName, now: Instant) -> [CachedSecret] {
        secrets.roles(of: endpoint, now: now)
    }

    package func settings(of endpoint: EndpointName) -> EndpointSettingsCache.Entry? { settings.peek(endpoint) }

    /// Forgets; what has changed stays known.
    ///
    /// - Parameter endpoint: `nil` for all.
    /// - Returns: how many entries were let go.
    package mutating func purge(_ endpoint: EndpointName?) -> Int {
        refusals.removeAll { endpoint == nil || $0.endpoint == endpoint }
        return secrets.purge(endpoint) + settings.purge(endpoint)
    }

    // MARK: - Floors

    private mutating func current(
        _ endpoint: EndpointName, now: Instant
    ) -> (entry: EndpointSettingsCache.Entry?, floor: Instant?) {
        let entry = settings.entry(of: endpoint, now: now)
        let names = [endpoint.text, entry?.settings.projectID, entry?.settings.accountID].compactMap { $0 }
        let floor = floors.instant(of: names, now: now)
        guard let entry else { return (nil, floor) }
        return (floor.map { entry.fetchedAt > $0 } ?? true ? entry : nil, floor)
    }
}
