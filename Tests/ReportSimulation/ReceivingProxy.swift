internal import EdgeProxy
internal import FleetSimulation
internal import Gossip

/// What one proxy's process knows of computes: the product's cores, and beside them what they must not forget.
struct ReceivingProxy {
    private static let limits = CacheLimits(size: 4_096, timeToLive: .seconds(24 * 3_600))

    var cache = LocationCache(limits)
    var known = KnownComputes()
    /// The newest end that this process has heard of. Looked up only.
    private var ends: [EndpointName: FactVersion] = [:]
    /// What those who watch were told of last. Looked up only.
    private var announced: [EndpointName: FactVersion] = [:]
    /// The newest location that it has had. Looked up only.
    private var newest: [EndpointName: FactVersion] = [:]

    /// - Returns: what is wrong with what those who watch this proxy are told of it, if anything is.
    mutating func take(
        _ fact: EndpointFact, from origin: LocationCache.Origin, now: ContinuousClock.Instant
    ) -> String? {
        switch fact.phase {
        case .running(let place):
            guard let location = ComputeLocation(place, of: fact.endpoint, at: fact.version) else { return nil }
            known.heard(.running(location), of: fact.endpoint, now: now)
            guard cache.fill(location, as: .fresh, from: origin, now: now) else { return nil }
            return announce(fact)
        case .unreachable:
            cache.invalidate(fact.endpoint, upTo: fact.version, because: .unreachable, now: now)
            return nil
        case .ended:
            let isNews = cache.isNews(endOf: fact.endpoint, at: fact.version)
            known.heard(.ended(fact.version), of: fact.endpoint, now: now)
            cache.invalidate(fact.endpoint, upTo: fact.version, because: .ended, now: now)
            ends[fact.endpoint] = max(fact.version, ends[fact.endpoint] ?? fact.version)
            return isNews ? announce(fact) : nil
        }
    }

    private mutating func announce(_ fact: EndpointFact) -> String? {
        let last = announced.updateValue(fact.version, forKey: fact.endpoint)
        return last.flatMap { $0 > fact.version ? "tells of \(fact.version) after \($0)" : nil }
    }

    /// ``Mistake/lastWins``.
    mutating func takeBlindly(_ location: ComputeLocation, now: ContinuousClock.Instant) {
        cache = LocationCache(Self.limits)
        cache.fill(location, as: .fresh, from: .agent, now: now)
    }

    /// - Returns: what is wrong with what would be dialled, if anything is.
    mutating func complaint(about endpoint: EndpointName, now: ContinuousClock.Instant) -> String? {
        guard let location = cache.location(of: endpoint, now: now) else { return nil }
        if let end = ends[endpoint], location.version <= end {
            return "would dial \(location.version), ended at \(end)"
        }
        if let last = newest[endpoint], location.version < last {
            return "would dial \(location.version) after \(last)"
        }
        if !location.computeID.hasSuffix("-\(location.version.generation)") {
            return "would dial \(location.computeID) as \(location.version)"
        }
        newest[endpoint] = location.version
        return nil
    }
}
