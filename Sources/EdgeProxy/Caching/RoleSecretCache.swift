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

/// What is known about roles, for how long it may be believed, and when it is worth asking again.
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
    private static let staleLimit: Duration = .seconds(24 * 3600)
    /// While the control plane does not answer, a stale secret does for so long before somebody tries again.
    private static let outageGrace: Duration = .seconds(5)
    /// A wrong proof against a secret younger than this is a wrong password.
    private static let refetchAge: Duration = .seconds(1)
    /// Wrong proofs make the control plane be asked at most once in this time, per role.
    private static let refetchInterval: Duration = .seconds(5)

    /// Roles remembered as missing, at most. Strangers choose these names, so they have room of their own: however many
    /// they invent, no secret has to make way.
    private static let absenceLimit = 1_024

    private let limits: CacheLimits
    private let negativeTimeToLive: Duration
    private var verifiers: TimedLRU<RoleKey, Entry>
    /// Until when a role is believed to be missing.
    private var absences: TimedLRU<RoleKey, Instant>

    package init(_ limits: CacheLimits, negativeTimeToLive: Duration) {
        self.limits = limits
        self.negativeTimeToLive = min(negativeTimeToLive, limits.timeToLive)
        verifiers = TimedLRU(CacheLimits(size: limits.size, timeToLive: max(limits.timeToLive, Self.staleLimit)))
        absences = TimedLRU(
            CacheLimits(size: min(limits.size, Self.absenceLimit), timeToLive: self.negativeTimeToLive))
    }

    package mutating func lookUp(_ key: RoleKey, now: Instant) -> Lookup {
        if let entry = verifiers.touch(key, now: now) {
            return now < entry.freshUntil ? .fresh(.verifier(entry.verifier)) : .stale(.verifier(entry.verifier))
        }
        // That a role did not exist some time ago says nothing about now.
        guard let until = absences.peek(key), now < until else { return .absent }
        return .fresh(.noSecret)
    }

    package mutating func fill(_ access: RoleAccess, for key: RoleKey, now: Instant) {
        switch access {
        case .verifier(let verifier):
            let nextRefetch = verifiers.peek(key)?.nextRefetch ?? now
            let entry = Entry(
                verifier: verifier, fetchedAt: now, freshUntil: now + limits.timeToLive, nextRefetch: nextRefetch)
            absences.remove(key)
            verifiers.insert(entry, for: key, now: now)
        case .noSecret:
            verifiers.remove(key)
            absences.insert(now + negativeTimeToLive, for: key, now: now)
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
        guard now >= entry.fetchedAt + Self.refetchAge, now >= entry.nextRefetch else { return false }
        entry.nextRefetch = now + Self.refetchInterval
        verifiers.insert(entry, for: key, now: now)
        return true
    }
}
