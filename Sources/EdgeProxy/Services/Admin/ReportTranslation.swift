internal import Gossip
package import SidecarAPI

// What agents told, as `sidecar.admin.v1` tells it. Without secrets: it is kept without.

extension AdminV1.ReportedCompute {
    package init(_ told: ReportedComputes.Told, now: ContinuousClock.Instant) {
        let details = told.details
        self.init(
            generation: details.version.generation, sequence: details.version.sequence,
            ageMillis: told.at.duration(to: now).wholeMillis,
            pageserver: details.pageserver.map { AdminV1.PageserverConnectionInfo($0) },
            pageserverRefused: details.refused,
            scaleRequest: details.scaleRequest.map { request in
                AdminV1.ScaleRequest(
                    memoryBytes: request.memoryBytes, memoryLimitBytes: request.memoryLimitBytes,
                    memoryUsedBytes: request.memoryUsedBytes, memoryStallPermille: request.memoryStallPermille,
                    reason: request.reason)
            })
    }
}

extension AdminV1.PageserverConnectionInfo {
    fileprivate init(_ info: ReportV1.PageserverConnectionInfo) {
        let preferred =
            switch info.preferProtocol {
            case .libpq: "libpq"
            case .grpc: "grpc"
            case .unrecognized(let number): "\(number)"
            }
        self.init(
            shardCount: info.shardCount, stripeSize: info.stripeSize,
            shards: info.shards.map { shard in
                AdminV1.PageserverShard(
                    index: shard.index,
                    pageservers: shard.pageservers.map {
                        AdminV1.Pageserver(id: $0.id, libpqURL: $0.libpqURL, grpcURL: $0.grpcURL)
                    })
            },
            preferProtocol: preferred)
    }
}
