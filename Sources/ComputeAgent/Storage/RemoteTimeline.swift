package import Telemetry

/// The part of a spec that says where a compute's storage is, in the form in which it is used.
package struct RemoteTimeline: Sendable {
    /// 32 hex digits each.
    package var tenantID: String
    package var timelineID: String
    package var token: Secret<String>?
    package var pageservers: PageserverConnectionInfo
    package var safekeepers: [HostAndPort]
    package var mode: ComputeMode

    package init(
        tenantID: String, timelineID: String, token: Secret<String>?, pageservers: PageserverConnectionInfo,
        safekeepers: [HostAndPort], mode: ComputeMode
    ) {
        self.tenantID = tenantID
        self.timelineID = timelineID
        self.token = token
        self.pageservers = pageservers
        self.safekeepers = safekeepers
        self.mode = mode
    }

    /// As storage names one shard of a tenant: with the shard's index, unless there is only the one.
    package func tenantShardID(_ shard: ShardIndex) -> String {
        shard.count == 0 ? tenantID : "\(tenantID)-\(shard)"
    }

    /// All ways to the pageservers of a shard: of the first one, the preferred protocol and then the other, of the next one
    /// the same.
    package func ways(to shard: PageserverConnectionInfo.Shard) -> [PageserverAddress] {
        shard.pageservers.flatMap(ways(to:))
    }

    /// What cannot be understood is left out.
    package func ways(to server: PageserverConnectionInfo.Pageserver) -> [PageserverAddress] {
        let urls =
            pageservers.preferredProtocol == .libpq
            ? [server.libpqURL, server.grpcURL] : [server.grpcURL, server.libpqURL]
        return urls.compactMap { $0.flatMap { PageserverAddress($0) } }
    }
}

extension RemoteTimeline {
    /// - Throws: `SpecFailure`; a spec that was checked is not the reason.
    package init(_ spec: ComputeSpec) throws(SpecFailure) {
        guard let tenantID = spec.tenantID, let timelineID = spec.timelineID,
            let pageservers = try PageserverResolver.resolve(spec)
        else { throw SpecFailure(at: "spec", "does not say where its storage is") }
        var safekeepers: [HostAndPort] = []
        for address in spec.safekeeperConnstrings {
            guard let safekeeper = HostAndPort(address) else {
                throw SpecFailure(at: "spec.safekeeper_connstrings", "“\(address)” is not host:port")
            }
            safekeepers.append(safekeeper)
        }
        self.init(
            tenantID: tenantID, timelineID: timelineID, token: spec.storageAuthToken, pageservers: pageservers,
            safekeepers: safekeepers, mode: spec.mode)
    }
}
