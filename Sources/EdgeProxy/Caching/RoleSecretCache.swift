package import Gossip
internal import PostgresWire

/// Whose secret.
package struct RoleKey: Hashable, Sendable {
    package var endpoint: EndpointName
    /// The name as the client spelt it; at most as long as a role's name can be.
    package var role: String

    package init(endpoint: EndpointName, role: String) {
        self.endpoint = endpoint
        self.role = role
    }
}

/// What is known about roles, for how long it may be believed, and when it is worth asking again. What is said to have
/// changed is somebody else's matter: ``AccessCache``.
package struct RoleSecretCache: Sendable {
    package typealias Instant = ContinuousClock.Instant

    package enum Lookup: Sendable {
        case fresh(RoleAccess)
        /// Too old to be believed while somebody can be asked, and better than nothing while nobody can.
        case stale(RoleAccess)
        case absent
    }

    private struct Entry: Sendable {
        var verifier: SCRAMVerifier
        var fetchedAt: Instant
        var freshUntil: Instant
        var nextRefetch: Instant
    }

    /// How long a secret outlives its last use, for the time of an outage.
    package static let staleLimit: Duration = .seconds(24 * 3600)
    /// While the control plane does not answer, a stale secret does for so long before somebody tries again.
    package static let outageGrace: Duration = .seconds(5)
    /// Roles remembered as missing, at most. Strangers choose these names, so they have room of their own: however many
    /// they invent, no secret has to make way.
    private static let absenceLimit = 1_024

    /// The role has no secret that is of use; which does not last, because somebody will give it one.
    private struct Absence: Sendable {
        var access: RoleAccess
        /// When it was asked about.
        var fetchedAt: Instant
        var until: Instant
    }

    private let limits: CacheLimits
    private let negativeTimeToLive: Duration
    private var verifiers: TimedLRU<RoleKey, Entry>
    private var absences: TimedLRU<RoleKey, Absence>

    package init(_ limits: CacheLimits, negativeTimeToLive: Duration) {
        self.limits = limits
        self.negativeTimeToLive = min(negativeTimeToLive, limits.timeToLive)
        let longest = CacheLimits(size: limits.size, timeToLive: max(limits.timeToLive, Self.staleLimit))
        verifiers = TimedLRU(longest)
        absences = TimedLRU(
            CacheLimits(size: min(limits.size, Self.absenceLimit), timeToLive: self.negativeTimeToLive))
    }

    /// - Parameter floor: what was asked for up to then is known to be of no use, which is more than stale: not even an
    ///   outage brings it back.
    package mutating func lookUp(_ key: RoleKey, floor: Instant? = nil, now: Instant) -> Lookup {
        if let entry = verifiers.touch(key, now: now) {
            if let floor, entry.fetchedAt <= floor { return .absent }
            return now < entry.freshUntil ? .fresh(.verifier(entry.verifier)) : .stale(.verifier(entry.verifier))
        }
        // That a role did not exist some time ago says nothing about now.
        guard let absence = absences.peek(key), now < absence.until, floor.map({ absence.fetchedAt > $0 }) ?? true
        else { return .absent }
        return .fresh(absence.access)
    }

    /// - Parameter asked: when the question was put that `access` answers: a change since then is not in it.
    package mutating func fill(_ access: RoleAccess, for key: RoleKey, asked: Instant, now: Instant) {
        switch access {
        case .verifier(let verifier):
            let nextRefetch = verifiers.peek(key)?.nextRefetch ?? now
            let entry = Entry(
                verifier: verifier, fetchedAt: asked, freshUntil: now + limits.timeToLive, nextRefetch: nextRefetch)
            absences.remove(key)
            verifiers.insert(entry, for: key, now: now)
        case .noSecret, .outdated:
            verifiers.remove(key)
            absences.insert(
                Absence(access: access, fetchedAt: asked, until: now + negativeTimeToLive), for: key,
                now: now)
        }
    }

    /// The control plane did not answer: a stale secret counts as fresh for a moment, so that not every session
    /// waits for the same silence.
    package mutating func outageNoticed(for key: RoleKey, now: Instant) {
        guard var entry = verifiers.peek(key), entry.freshUntil <= now else { return }
        entry.freshUntil = now + Self.outageGrace
        verifiers.insert(entry, for: key, now: now)
    }

    /// Whether a wrong proof is worth a question. Says yes once per interval, and never for a secret that is new.
    package mutating func takeRefetch(for key: RoleKey, now: Instant) -> Bool {
        guard var entry = verifiers.peek(key) else { return false }
        guard now >= entry.fetchedAt + Refetching.leastAge, now >= entry.nextRefetch else { return false }
        entry.nextRefetch = now + Refetching.interval
        verifiers.insert(entry, for: key, now: now)
        return true
    }

    // MARK: - Operators

    /// Every role of the endpoint that is remembered, stale ones too.
    package func roles(of endpoint: EndpointName, now: Instant) -> [CachedSecret] {
        let known = verifiers.entries.filter { $0.key.endpoint == endpoint }.map { key, entry in
            CachedSecret(
                role: key.role, kind: RoleAccess.verifier(entry.verifier).kind, age: entry.fetchedAt.duration(to: now),
                freshFor: max(.zero, now.duration(to: entry.freshUntil)))
        }
        let missing = absences.entries.filter { $0.key.endpoint == endpoint && now < $0.value.until }.map {
            CachedSecret(
                role: $0.role, kind: $1.access.kind, age: $1.fetchedAt.duration(to: now),
                freshFor: now.duration(to: $1.until))
        }
        return known + missing
    }

    /// - Parameter endpoint: `nil` for everybody.
    /// - Returns: how many entries were let go.
    package mutating func purge(_ endpoint: EndpointName?) -> Int {
        let before = verifiers.count + absences.count
        verifiers.removeAll { endpoint == nil || $0.endpoint == endpoint }
        absences.removeAll { endpoint == nil || $0.endpoint == endpoint }
        return before - verifiers.count - absences.count
    }
}

/// What an operator sees of a remembered secret: never the secret.
package struct CachedSecret: Sendable, Equatable {
    package var role: String
    /// `none` for a role that has no secret, or is not there.
    package var kind: String
    /// Since it was asked for.
    package var age: Duration
    /// For how long it is used without asking; zero: only while nobody can be asked.
    package var freshFor: Duration

    package init(role: String, kind: String, age: Duration, freshFor: Duration) {
        self.role = role
        self.kind = kind
        self.age = age
        self.freshFor = freshFor
    }
}
