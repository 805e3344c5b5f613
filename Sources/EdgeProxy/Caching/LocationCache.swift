package import Gossip

/// Where each endpoint's compute is, as far as this proxy knows, fenced by version.
///
/// Two rules keep races harmless, whatever order reports, answers and failures arrive in: a location never replaces a
/// newer one, and what has been invalidated does not come back.
///
/// `demo-pooler` may be somewhere else than `demo` (``EndpointName/unsuffixed``), so each has a location of its own. Behind
/// both is one compute with one count of generations: what has ended for `demo` has ended for both.
package struct LocationCache: Sendable {
    package typealias Instant = ContinuousClock.Instant

    /// Where a location comes from.
    package enum Evidence: Equatable, Sendable {
        /// The agent said so, or the control plane answered a wake with a later generation than had been seen.
        case fresh
        /// The control plane was told that this generation is unreachable, and answered that it is still the one.
        case confirmed
    }

    /// Why a version is invalidated.
    package enum Cause: Equatable, Sendable {
        /// Somebody could not connect. May have been the network's fault: a confirmation lifts it.
        case unreachable
        /// The agent said that it stops or has failed. Nothing but a newer version lifts it.
        case ended
    }

    /// Who told us.
    package enum Origin: String, Sendable {
        case controlPlane = "control plane"
        case agent, gossip
        /// A member that had been asked to wake the endpoint.
        case peer
    }

    private struct Entry: Sendable {
        var location: ComputeLocation
        var origin: Origin
        var filledAt: Instant
    }

    private struct Floor: Sendable {
        var version: FactVersion
        var cause: Cause
    }

    /// How long a floor is remembered after its last use, and how many at least. A forgotten floor costs one failed
    /// dial should somebody deliver a location that old.
    private static let floorTimeToLive: Duration = .seconds(3600)
    private static let floorCountMinimum = 4096

    private var locations: TimedLRU<EndpointName, Entry>
    private var floors: TimedLRU<EndpointName, Floor>

    package init(_ limits: CacheLimits) {
        locations = TimedLRU(limits)
        floors = TimedLRU(
            CacheLimits(size: max(limits.size, Self.floorCountMinimum), timeToLive: Self.floorTimeToLive))
    }

    package mutating func location(of endpoint: EndpointName, now: Instant) -> ComputeLocation? {
        locations.touch(endpoint, now: now)?.location
    }

    /// The newest generation that is known not to do: what a wake says it has seen. 0 when nothing is known.
    package func seenGeneration(of endpoint: EndpointName) -> UInt64 {
        floor(of: endpoint)?.version.generation ?? 0
    }

    /// Whether the agent has said that this version, or a later one, came to its end.
    package func hasEnded(_ location: ComputeLocation) -> Bool { hasEnded(location.endpoint, location.version) }

    package func hasEnded(_ endpoint: EndpointName, _ version: FactVersion) -> Bool {
        guard let floor = floor(of: endpoint) else { return false }
        return floor.cause == .ended && version <= floor.version
    }

    /// - Returns: whether the location was taken. It is not when something newer is there, or when it is at or below
    ///   the floor and no confirmation.
    @discardableResult
    package mutating func fill(
        _ location: ComputeLocation, as evidence: Evidence, from origin: Origin = .controlPlane, now: Instant
    ) -> Bool {
        let endpoint = location.endpoint
        if let floor = floor(of: endpoint), location.version <= floor.version {
            let isLifted =
                evidence == .confirmed && floor.cause == .unreachable
                && location.version.generation == floor.version.generation
            guard isLifted else { return false }
            floors.remove(endpoint)
        }
        if let present = locations.peek(endpoint)?.location, present.version > location.version { return false }
        locations.insert(Entry(location: location, origin: origin, filledAt: now), for: endpoint, now: now)
        return true
    }

    /// Removes this version and older ones, and refuses them from now on.
    ///
    /// - Returns: whether a location was removed.
    @discardableResult
    package mutating func invalidate(
        _ endpoint: EndpointName, upTo version: FactVersion, because cause: Cause, now: Instant
    ) -> Bool {
        raiseFloor(of: endpoint, to: Floor(version: version, cause: cause), now: now)
        if cause == .ended {
            for name in endpoint.suffixed {
                guard let present = locations.peek(name)?.location, present.version <= version else { continue }
                locations.remove(name)
            }
        }
        guard let present = locations.peek(endpoint)?.location, present.version <= version else { return false }
        locations.remove(endpoint)
        return true
    }

    /// Whether the end of this version is news, and not older than what is known: an agent that is started again tells
    /// its past once more, and gossip that was told to forget learns it again.
    package func isNews(endOf endpoint: EndpointName, at version: FactVersion) -> Bool {
        if let present = locations.peek(endpoint)?.location, present.version > version { return false }
        guard let floor = floors.peek(endpoint) else { return true }
        return floor.version < version || floor.version == version && floor.cause != .ended
    }

    // MARK: - Operators

    /// The endpoint's location as it lies there, without making it any younger, and its floor.
    package func inspect(_ endpoint: EndpointName, now: Instant) -> CachedLocation? {
        let (entry, floor) = (locations.peek(endpoint), floors.peek(endpoint))
        guard entry != nil || floor != nil else { return nil }
        return CachedLocation(
            location: entry?.location, origin: entry?.origin, age: entry.map { $0.filledAt.duration(to: now) },
            floor: floor?.version, floorCause: floor?.cause)
    }

    /// Forgets locations. Floors stay: what is known to be dead stays dead.
    ///
    /// - Parameter endpoint: `nil` for all.
    /// - Returns: how many locations were let go.
    package mutating func purge(_ endpoint: EndpointName?) -> Int {
        let before = locations.count
        locations.removeAll { endpoint == nil || $0 == endpoint }
        return before - locations.count
    }

    /// The endpoint's own, or the one of the compute behind it, whichever says more.
    private func floor(of endpoint: EndpointName) -> Floor? {
        let own = floors.peek(endpoint)
        guard endpoint.isSuffixed, let shared = floors.peek(endpoint.unsuffixed), shared.cause == .ended else {
            return own
        }
        return own.map { $0.version > shared.version ? $0 : shared } ?? shared
    }

    private mutating func raiseFloor(of endpoint: EndpointName, to floor: Floor, now: Instant) {
        if let present = floors.peek(endpoint) {
            guard floor.version >= present.version else { return }
            // An end stays an end, however often its corpse is dialled.
            if floor.version == present.version, present.cause == .ended { return }
        }
        floors.insert(floor, for: endpoint, now: now)
    }
}

/// What an operator sees of an endpoint's remembered location.
package struct CachedLocation: Sendable, Equatable {
    /// `nil`: none is remembered, only that some are dead.
    package var location: ComputeLocation?
    package var origin: LocationCache.Origin?
    /// Since it was told.
    package var age: Duration?
    /// The version up to which everything is known to be of no use.
    package var floor: FactVersion?
    package var floorCause: LocationCache.Cause?

    package init(
        location: ComputeLocation?, origin: LocationCache.Origin?, age: Duration?, floor: FactVersion?,
        floorCause: LocationCache.Cause?
    ) {
        self.location = location
        self.origin = origin
        self.age = age
        self.floor = floor
        self.floorCause = floorCause
    }
}
