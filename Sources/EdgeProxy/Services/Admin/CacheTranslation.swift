internal import Gossip
internal import SidecarAPI

// What is cached, as `sidecar.admin.v1` tells it.

extension AdminV1.CachedLocation {
    /// - Returns: `nil` when only a floor is known.
    init?(_ cached: CachedLocation) {
        guard let location = cached.location else { return nil }
        self.init(
            location: location.adminMessage,
            origin: cached.origin.map { FleetEvent.FactOrigin($0).rawValue } ?? "",
            ageMillis: cached.age?.wholeMillis ?? 0)
    }
}

extension AdminV1.Floor {
    /// - Returns: `nil` when nothing is known to be of no use.
    init?(_ cached: CachedLocation) {
        guard let floor = cached.floor, let cause = cached.floorCause else { return nil }
        self.init(generation: floor.generation, sequence: floor.sequence, cause: "\(cause)")
    }
}

extension AdminV1.CachedSecret {
    init(_ secret: CachedSecret) {
        self.init(
            role: secret.role, kind: secret.kind, ageMillis: secret.age.wholeMillis, fresh: secret.freshFor > .zero)
    }
}

extension AdminV1.CachedRules {
    init(_ cached: CachedSettings) {
        let rules = cached.settings.rules
        let unreadable = rules.allowedAddresses.unreadable
        self.init(
            allowedIps: rules.allowedAddresses.entries.filter { !unreadable.contains($0) }, unparsable: unreadable,
            ageMillis: cached.age.wholeMillis, allowedLinks: rules.allowedPrivateLinks.sorted(),
            publicBlocked: rules.blocksPublicNetwork, linksBlocked: rules.blocksPrivateLinks, fresh: cached.isFresh)
    }
}

extension AdminV1.WakeFlight {
    init(_ flight: FlightLedger.Flight, now: ContinuousClock.Instant) {
        self.init(
            seenGeneration: flight.beginning.seenGeneration, owner: flight.beginning.owner.name,
            ageMillis: flight.began.duration(to: now).wholeMillis, waiters: UInt64(flight.waiters))
    }
}
