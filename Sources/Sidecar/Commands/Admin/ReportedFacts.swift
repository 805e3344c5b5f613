internal import SidecarAPI

/// What a compute's agent has told, and which proxy, in JSON and in words.
struct ReportedFacts: Encodable {
    struct Pageserver: Encodable {
        var id: UInt64
        var libpqUrl: String
        var grpcUrl: String
    }

    struct Shard: Encodable {
        var index: String
        var pageservers: [Pageserver]
    }

    struct PageserverConnectionInfo: Encodable {
        var shardCount: UInt32
        var stripeSize: UInt32
        var preferProtocol: String
        var shards: [Shard]
    }

    struct ScaleRequest: Encodable {
        var memoryBytes: UInt64
        var memoryLimitBytes: UInt64
        var memoryUsedBytes: UInt64
        var memoryStallPermille: UInt32
        var reason: String
    }

    /// Which one the agent tells.
    var proxy: String
    var generation: UInt64
    var sequence: UInt64
    var ageMillis: UInt64
    var pageserver: PageserverConnectionInfo?
    var pageserverRefused: String?
    var scaleRequest: ScaleRequest?

    init(_ reported: AdminV1.ReportedCompute, by proxy: String) {
        self.proxy = proxy
        generation = reported.generation
        sequence = reported.sequence
        ageMillis = reported.ageMillis
        pageserver = reported.pageserver.map(PageserverConnectionInfo.init)
        pageserverRefused = reported.pageserverRefused.isEmpty ? nil : reported.pageserverRefused
        scaleRequest = reported.scaleRequest.map {
            ScaleRequest(
                memoryBytes: $0.memoryBytes, memoryLimitBytes: $0.memoryLimitBytes,
                memoryUsedBytes: $0.memoryUsedBytes, memoryStallPermille: $0.memoryStallPermille, reason: $0.reason)
        }
    }

    /// What the newest of these says: an agent tells one proxy at a time, and who was told before may still know.
    static func newest(of caches: [AdminV1.EndpointCache]) -> ReportedFacts? {
        let told = caches.compactMap { cache in cache.reported.map { (cache.proxy, $0) } }
        return told.max { ($0.1.generation, $0.1.sequence) < ($1.1.generation, $1.1.sequence) }
            .map { ReportedFacts($0.1, by: $0.0) }
    }

    /// For people: what is there, a line each.
    var lines: [String] {
        var lines = ["told to \(proxy) by its agent, \(generation).\(sequence), \(Words.ago(millis: ageMillis))"]
        if let refused = pageserverRefused { lines.append("  pages    NOT KEPT: \(refused)") }
        if let pageserver {
            let stripe = pageserver.stripeSize == 0 ? "" : ", \(pageserver.stripeSize) pages of 8 KiB a stripe"
            let count = pageserver.shardCount == 0 ? "unsharded" : "\(pageserver.shardCount) shards\(stripe)"
            lines.append("  pages    \(count), rather over \(pageserver.preferProtocol)")
            for shard in pageserver.shards {
                for server in shard.pageservers {
                    let urls = [server.libpqUrl, server.grpcUrl].filter { !$0.isEmpty }
                    let number = server.id == 0 ? "" : "pageserver \(server.id), "
                    lines.append("    \(shard.index)   \(number)\(urls.joined(separator: " or "))")
                }
            }
        }
        if let wish = scaleRequest {
            let limit = wish.memoryLimitBytes == 0 ? "unlimited" : Words.bytes(wish.memoryLimitBytes)
            lines.append(
                "  wants    \(Words.bytes(wish.memoryBytes)) of memory, has \(limit), uses "
                    + "\(Words.bytes(wish.memoryUsedBytes))\(wish.reason.isEmpty ? "" : ": \(wish.reason)")")
        }
        return lines
    }
}

extension ReportedFacts.PageserverConnectionInfo {
    init(_ info: ReportV1.PageserverConnectionInfo) {
        let preferred =
            switch info.preferProtocol {
            case .libpq: "libpq"
            case .grpc: "grpc"
            case .unrecognized(let number): "\(number)"
            }
        self.init(
            shardCount: info.shardCount, stripeSize: info.stripeSize, preferProtocol: preferred,
            shards: info.shards.map { shard in
                ReportedFacts.Shard(
                    index: shard.index,
                    pageservers: shard.pageservers.map {
                        ReportedFacts.Pageserver(id: $0.id, libpqUrl: $0.libpqURL, grpcUrl: $0.grpcURL)
                    })
            })
    }
}
