internal import SidecarAPI

// What agents told, in a few words, for those who watch.

extension ReportedDetails {
    /// Where the pages are kept. No address: there may be many.
    package var pageserverWords: String {
        guard refused.isEmpty else { return "not kept: \(refused)" }
        guard let pageserver else { return "none" }
        let servers = Set(pageserver.shards.flatMap(\.pageservers).map { [$0.libpqURL, $0.grpcURL] }).count
        let shards = pageserver.shardCount == 0 ? "unsharded" : "\(pageserver.shardCount) shards"
        return "\(shards) at \(servers) \(servers == 1 ? "pageserver" : "pageservers")"
    }

    package var scaleWords: String {
        guard let request = scaleRequest else { return "nothing any more" }
        let limit = request.memoryLimitBytes == 0 ? "" : " instead of \(request.memoryLimitBytes)"
        let reason = request.reason.isEmpty ? "" : ": \(request.reason)"
        return "\(request.memoryBytes) bytes\(limit)\(reason)"
    }
}

extension ReportV1.ScaleRequest {
    /// What is asked for, and instead of what.
    var sizes: [UInt64] { [memoryBytes, memoryLimitBytes] }

    var direction: EdgeMetrics.ScaleDirection {
        memoryLimitBytes != 0 && memoryBytes < memoryLimitBytes ? .down : .up
    }
}
