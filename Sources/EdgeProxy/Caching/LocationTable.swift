package import Gossip
internal import Synchronization

/// The ``LocationCache`` of this process, for everybody at once: sessions, wakes, agents' reports.
package final class LocationTable: Sendable {
    private let cache: Mutex<LocationCache>
    private let metrics: EdgeMetrics

    package init(_ limits: CacheLimits, metrics: EdgeMetrics) {
        cache = Mutex(LocationCache(limits))
        self.metrics = metrics
    }

    /// A session's lookup; counted.
    package func lookUp(_ endpoint: EndpointName) -> ComputeLocation? {
        let location = peek(endpoint)
        metrics.cacheLookup(.location, location == nil ? .miss : .hit)
        return location
    }

    /// A look that is not counted, for those who already looked and waited since.
    package func peek(_ endpoint: EndpointName) -> ComputeLocation? {
        cache.withLock { $0.location(of: endpoint, now: .now) }
    }

    package func seenGeneration(of endpoint: EndpointName) -> UInt64 {
        cache.withLock { $0.seenGeneration(of: endpoint) }
    }

    package func hasEnded(_ location: ComputeLocation) -> Bool {
        hasEnded(location.endpoint, location.version)
    }

    package func hasEnded(_ endpoint: EndpointName, _ version: FactVersion) -> Bool {
        cache.withLock { $0.hasEnded(endpoint, version) }
    }

    package func isNews(endOf endpoint: EndpointName, at version: FactVersion) -> Bool {
        cache.withLock { $0.isNews(endOf: endpoint, at: version) }
    }

    @discardableResult
    package func fill(
        _ location: ComputeLocation, as evidence: LocationCache.Evidence,
        from origin: LocationCache.Origin = .controlPlane
    ) -> Bool {
        cache.withLock { $0.fill(location, as: evidence, from: origin, now: .now) }
    }

    /// - Returns: whether a location was removed.
    @discardableResult
    package func invalidate(
        _ endpoint: EndpointName, upTo version: FactVersion, because cause: LocationCache.Cause
    ) -> Bool {
        let wasThere = cache.withLock { $0.invalidate(endpoint, upTo: version, because: cause, now: .now) }
        if wasThere, cause == .unreachable { metrics.cacheLookup(.location, .spuriousHit) }
        return wasThere
    }

    // MARK: - Operators

    package func inspect(_ endpoint: EndpointName) -> CachedLocation? {
        cache.withLock { $0.inspect(endpoint, now: .now) }
    }

    /// Forgets where computes are; what is known to be dead stays so.
    ///
    /// - Parameter endpoint: `nil` for all.
    /// - Returns: how many locations were let go.
    @discardableResult
    package func purge(_ endpoint: EndpointName?) -> Int { cache.withLock { $0.purge(endpoint) } }
}
