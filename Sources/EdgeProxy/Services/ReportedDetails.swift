package import Gossip
package import SidecarAPI

/// What an agent's transition says of its compute beyond where it is: where its pages are kept, and what it would like to
/// be given. Nobody here acts on it; operators and autoscalers ask for it. Bounded, and without secrets.
package struct ReportedDetails: Equatable, Sendable {
    /// Of one compute: as many as their two-digit numbers allow.
    package static let shardLimit = 256
    /// Of all shards together.
    package static let pageserverLimit = 1024
    /// Of all texts of the connection info together.
    package static let byteLimit = 64 * 1024
    /// Of a reason; what is over is cut off.
    package static let reasonLimit = 200

    package var version: FactVersion
    /// Addresses as ``AddressShown`` has them. `nil`: on a local disk, or too much.
    package var pageserver: ReportV1.PageserverConnectionInfo?
    /// Why what was told of pageservers is not kept. Empty: it is.
    package var refused: String
    package var scaleRequest: ReportV1.ScaleRequest?

    package init(_ transition: ReportV1.Transition, at version: FactVersion) {
        self.version = version
        (pageserver, refused) = (nil, "")
        if let info = transition.pageserver {
            if let trouble = Self.excess(of: info) { refused = trouble } else { pageserver = info.withoutSecrets }
        }
        scaleRequest = transition.scaleRequest
        if let reason = scaleRequest?.reason {
            scaleRequest?.reason = AddressShown.printable(reason.prefix(Self.reasonLimit))
        }
    }

    /// What is too much of it.
    private static func excess(of info: ReportV1.PageserverConnectionInfo) -> String? {
        if info.shards.count > shardLimit { return "more than \(shardLimit) shards" }
        if info.shards.reduce(0, { $0 + $1.pageservers.count }) > pageserverLimit {
            return "more than \(pageserverLimit) pageservers"
        }
        return info.textBytes > byteLimit ? "more than \(byteLimit) bytes of addresses" : nil
    }

    /// About what it takes to keep this, in bytes.
    package var size: Int {
        let servers = pageserver?.shards.reduce(0) { $0 + $1.pageservers.count } ?? 0
        let structure = 256 + 48 * ((pageserver?.shards.count ?? 0) + servers)
        return structure + (pageserver?.textBytes ?? 0) + (scaleRequest?.reason.utf8.count ?? 0)
    }
}

extension ReportV1.PageserverConnectionInfo {
    fileprivate var textBytes: Int {
        shards.reduce(0) { sum, shard in
            shard.pageservers.reduce(sum + shard.index.utf8.count) {
                $0 + $1.libpqURL.utf8.count + $1.grpcURL.utf8.count
            }
        }
    }

    fileprivate var withoutSecrets: Self {
        var shown = self
        for shard in shown.shards.indices {
            shown.shards[shard].index = AddressShown.printable(shown.shards[shard].index)
            for server in shown.shards[shard].pageservers.indices {
                let told = shards[shard].pageservers[server]
                shown.shards[shard].pageservers[server].libpqURL = AddressShown.withoutSecrets(told.libpqURL)
                shown.shards[shard].pageservers[server].grpcURL = AddressShown.withoutSecrets(told.grpcURL)
            }
        }
        return shown
    }
}
