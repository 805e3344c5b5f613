package import Gossip

/// Where a running compute listens, and which fact says so.
package struct ComputeLocation: Sendable, Equatable {
    package var endpoint: EndpointName
    package var version: FactVersion
    /// A name or an address to dial.
    package var host: String
    package var port: Int
    /// The name that the compute's certificate must carry. `nil`: the compute speaks no TLS.
    package var serverName: String?
    package var computeID: String
    /// The control plane's word for how warm the start was (`warm`, `pool_hit`, …); for logs alone.
    package var coldStartInfo: String?
    /// Where the compute's agent answers; `nil` when it did not say.
    package var agent: NetworkAddress?

    package init(
        endpoint: EndpointName, version: FactVersion, host: String, port: Int, serverName: String?, computeID: String,
        coldStartInfo: String? = nil, agent: NetworkAddress? = nil
    ) {
        self.endpoint = endpoint
        self.version = version
        self.host = host
        self.port = port
        self.serverName = serverName
        self.computeID = computeID
        self.coldStartInfo = coldStartInfo
        self.agent = agent
    }

    /// `host:port`, an IPv6 address in brackets.
    package var address: String { NetworkAddress(host: host, port: port).text }
}

/// A location, and whether it came out of the cache: a cached one may have died since.
package struct Located: Sendable, Equatable {
    package var location: ComputeLocation
    package var isCached: Bool

    package init(location: ComputeLocation, isCached: Bool) {
        self.location = location
        self.isCached = isCached
    }
}
