package import Gossip

/// Where each endpoint's compute is, as far as this proxy knows, fenced by version.
///
/// Two rules keep races harmless, whatever order reports, answers and failures arrive in: a location never replaces a
/// newer one, and what has been invalidated does not come back.
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

    private struct Floor: Sendable {
        var version: FactVersion
        var cause: Cause
    }

    /// How long a floor is remembered after its last use, and how many at least. A forgotten floor costs one failed
    /// dial should somebody deliver a location that old.
    private static let floorTimeToLive: Duration = .seconds(3600)
    private static let floorCountMinimum = 4096

    private var locations: TimedLRU<EndpointName, ComputeLocation>
    private var floors: TimedLRU<EndpointName, Floor>

    package init(_ limits: CacheLimits) {
        locations = TimedLRU(limits)
        floors = TimedLRU(
            CacheLimits(size: max(limits.size, Self.floorCountMinimum), timeToLive: Self.floorTimeToLive))
    }

    package mutating func location(of endpoint: EndpointName, now: Instant) -> ComputeLocation? {
        locations.touch(endpoint, now: now)
    }

    /// The newest generation that is known not to do: what a wake says it has seen. 0 when nothing is known.
    package func seenGeneration(of endpoint: EndpointName) -> UInt64 {
        floors.peek(endpoint)?.version.generation ?? 0
    }

    /// Whether the agent has said that this version, or a later one, came to its end.
    package func hasEnded(_ location: ComputeLocation) -> Bool {
        guard let floor = floors.peek(location.endpoint) else { return false }
        return floor.cause == .ended && location.version <= floor.version
    }

    /// - Returns: whether the location was taken. It is not when something newer is there, or when it is at or below
    ///   the floor and no confirmation.
    @discardableResult
    package mutating func fill(_ location: ComputeLocation, as evidence: Evidence, now: Instant) -> Bool {
        let endpoint = location.endpoint
        if let floor = floors.peek(endpoint), location.version <= floor.version {
            let isLifted =
                evidence == .confirmed && floor.cause == .unreachable
                && location.version.generation == floor.version.generation
            guard isLifted else { return false }
            floors.remove(endpoint)
        }
        if let present = locations.peek(endpoint), present.version > location.version { return false }
        locations.insert(location, for: endpoint, now: now)
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
        guard let present = locations.peek(endpoint), present.version <= version else { return false }
        locations.remove(endpoint)
        return true
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
