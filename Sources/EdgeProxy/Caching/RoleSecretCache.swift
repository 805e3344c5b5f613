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

    /// What is said about one endpoint's secrets: those fetched before `at` are of no use.
    private struct Floor: Sendable {
        var revision: UInt64
        var at: Instant
    }

    private struct Absence: Sendable {
        /// When it was asked about.
        var fetchedAt: Instant
        var until: Instant
    }

    private let limits: CacheLimits
    private let negativeTimeToLive: Duration
    /// Outlive every entry that they are about.
    private var floors: TimedLRU<EndpointName, Floor>
    private var verifiers: TimedLRU<RoleKey, Entry>
    private var absences: TimedLRU<RoleKey, Absence>

    package init(_ limits: CacheLimits, negativeTimeToLive: Duration) {
        self.limits = limits
        self.negativeTimeToLive = min(negativeTimeToLive, limits.timeToLive)
        let longest = CacheLimits(size: limits.size, timeToLive: max(limits.timeToLive, Self.staleLimit))
        verifiers = TimedLRU(longest)
        floors = TimedLRU(longest)
        absences = TimedLRU(
            CacheLimits(size: min(limits.size, Self.absenceLimit), timeToLive: self.negativeTimeToLive))
    }

    package mutating func lookUp(_ key: RoleKey, now: Instant) -> Lookup {
        // Known to be of no use, which is more than stale: not even an outage brings it back.
        let floor = floors.touch(key.endpoint, now: now)?.at
        if let entry = verifiers.touch(key, now: now) {
            if let floor, entry.fetchedAt <= floor { return .absent }
            return now < entry.freshUntil ? .fresh(.verifier(entry.verifier)) : .stale(.verifier(entry.verifier))
        }
        // That a role did not exist some time ago says nothing about now.
        guard let absence = absences.peek(key), now < absence.until, floor.map({ absence.fetchedAt > $0 }) ?? true
        else { return .absent }
        return .fresh(.noSecret)
    }

    /// Secrets and settings of this endpoint changed: what has been fetched so far, or is being fetched, is of no use.
    /// An older revision than one heard before, or the same again, is no news.
    package mutating func invalidate(_ endpoint: EndpointName, upTo revision: UInt64, now: Instant) {
        if let floor = floors.peek(endpoint), floor.revision >= revision { return }
        floors.insert(Floor(revision: revision, at: now), for: endpoint, now: now)
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
        case .noSecret:
            verifiers.remove(key)
            absences.insert(Absence(fetchedAt: asked, until: now + negativeTimeToLive), for: key, now: now)
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
