/// How much a cache holds, and for how long: `size=4000,ttl=5m`.
package struct CacheLimits: Sendable, Equatable {
    /// Entries at most. 0 switches the cache off.
    package var size: Int
    /// From an entry's last use to its end.
    package var timeToLive: Duration
    /// From an entry's first day to its end, however often it is used. `nil`: for as long as it is used.
    package var absoluteTimeToLive: Duration?

    package init(size: Int, timeToLive: Duration, absoluteTimeToLive: Duration? = nil) {
        self.size = size
        self.timeToLive = timeToLive
        self.absoluteTimeToLive = absoluteTimeToLive
    }

    /// Reads Neon's spelling of 2023, `size` and `ttl`, which counts from the last use, and that of 2025: `idle_ttl` (or
    /// `tti`), the same by another name, and `absolute_ttl`. Any order; no time is needed when `size` is 0.
    package init(parsing text: String) throws(KeyValueText.Malformed) {
        let values = try KeyValueText(text, keys: ["size", "ttl", "idle_ttl", "tti", "absolute_ttl"])
        guard let size = try values.count("size") else { throw values.missing("size") }
        let idle = try values.duration(["ttl", "idle_ttl", "tti"])
        let absolute = try values.duration(["absolute_ttl"])
        guard size == 0 || idle != nil || absolute != nil else { throw values.missing("ttl") }
        self.init(size: size, timeToLive: idle ?? absolute ?? .zero, absoluteTimeToLive: absolute)
    }
}

/// How much is remembered of what the control plane says about endpoints and their roles.
package struct ProjectInfoLimits: Sendable, Equatable {
    /// Of endpoints' rules and limits.
    package var endpoints: CacheLimits
    /// Of roles' secrets, all endpoints together.
    package var roles: CacheLimits

    private static let rolesPerEndpoint = 10

    /// - Parameters:
    ///   - size: endpoints.
    ///   - timeToLive: from the question; use does not prolong it.
    ///   - rolesPerEndpoint: on average: endpoints with few roles leave room for others with many.
    package init(
        size: Int = 10_000, timeToLive: Duration = .seconds(4 * 60), rolesPerEndpoint: Int = Self.rolesPerEndpoint
    ) {
        let (roles, overflow) = size.multipliedReportingOverflow(by: rolesPerEndpoint)
        endpoints = CacheLimits(size: size, timeToLive: timeToLive)
        self.roles = CacheLimits(size: overflow ? .max : roles, timeToLive: timeToLive)
    }

    /// Reads Neon's spelling: `size=10000,ttl=4m,max_roles=10,gc_interval=60m`. What is over goes as room is needed, so
    /// that there is nothing to collect at intervals; the last key is understood and does nothing.
    package init(parsing text: String) throws(KeyValueText.Malformed) {
        let values = try KeyValueText(text, keys: ["size", "ttl", "max_roles", "gc_interval"])
        guard let size = try values.count("size") else { throw values.missing("size") }
        let timeToLive = try values.duration(["ttl"])
        let rolesPerEndpoint = try values.count("max_roles")
        _ = try values.duration(["gc_interval"])
        guard size == 0 || timeToLive != nil else { throw values.missing("ttl") }
        guard rolesPerEndpoint != 0 else {
            throw KeyValueText.Malformed(description: "max_roles must be at least 1")
        }
        self.init(
            size: size, timeToLive: timeToLive ?? .zero, rolesPerEndpoint: rolesPerEndpoint ?? Self.rolesPerEndpoint)
    }
}
