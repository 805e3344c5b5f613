/// Where a compute's pages live: every shard with the pageservers that hold it.
package struct PageserverConnectionInfo: Equatable, Sendable {
    package enum PreferredProtocol: String, Sendable { case libpq, grpc }

    package struct Pageserver: Equatable, Sendable {
        package var id: UInt64?
        package var libpqURL: String?
        package var grpcURL: String?
        package var unknown: [String: JSONValue] = [:]

        package init(id: UInt64? = nil, libpqURL: String? = nil, grpcURL: String? = nil) {
            self.id = id
            self.libpqURL = libpqURL
            self.grpcURL = grpcURL
        }
    }

    package struct Shard: Equatable, Sendable {
        package var index: ShardIndex
        /// In order of preference; the first is used.
        package var pageservers: [Pageserver]
        package var unknown: [String: JSONValue] = [:]

        package init(index: ShardIndex, pageservers: [Pageserver]) {
            self.index = index
            self.pageservers = pageservers
        }
    }

    /// Zero means unsharded.
    package var shardCount: UInt8
    /// In pages of 8 KiB; absent exactly when unsharded.
    package var stripeSize: UInt32?
    /// By shard number.
    package var shards: [Shard]
    package var preferredProtocol: PreferredProtocol
    package var unknown: [String: JSONValue] = [:]

    /// What the extension that reads the rendered setting can take.
    package static let shardLimit = 128
    package static let urlByteLimit = 256

    package init(
        shardCount: UInt8, stripeSize: UInt32?, shards: [Shard], preferredProtocol: PreferredProtocol = .libpq
    ) {
        self.shardCount = shardCount
        self.stripeSize = stripeSize
        self.shards = shards.sorted { $0.index < $1.index }
        self.preferredProtocol = preferredProtocol
    }

    /// - Throws: the first thing wrong, with the JSON path under `path`.
    package func validate(at path: String) throws(SpecFailure) {
        guard Int(shardCount) <= Self.shardLimit else {
            throw SpecFailure(
                at: path + ".shard_count", "\(shardCount) shards; at most \(Self.shardLimit) are possible")
        }
        switch (shardCount, stripeSize) {
        case (0, .some): throw SpecFailure(at: path + ".stripe_size", "must be absent when shard_count is 0")
        case (1..., .none), (1..., 0): throw SpecFailure(at: path + ".stripe_size", "must be set when sharded")
        default: break
        }
        let expected = (0..<max(1, Int(shardCount))).map { ShardIndex(number: UInt8($0), count: shardCount) }
        for index in expected where !shards.contains(where: { $0.index == index }) {
            throw SpecFailure(at: path + ".shards", "shard \(index) is missing")
        }
        guard shards.count == expected.count else {
            throw SpecFailure(at: path + ".shards", "has keys that are not shards of \(shardCount)")
        }
        for shard in shards {
            try validate(shard, at: "\(path).shards.\(shard.index)")
        }
    }

    private func validate(_ shard: Shard, at path: String) throws(SpecFailure) {
        guard !shard.pageservers.isEmpty else { throw SpecFailure(at: path + ".pageservers", "is empty") }
        for (position, server) in shard.pageservers.enumerated() {
            let place = "\(path).pageservers[\(position)]"
            let preferred = preferredProtocol == .libpq ? server.libpqURL : server.grpcURL
            // The first is the one that is used; the others may know one protocol only.
            guard preferred != nil || position > 0 else {
                throw SpecFailure(at: place, "lacks \(preferredProtocol.rawValue)_url, the preferred protocol")
            }
            guard server.libpqURL != nil || server.grpcURL != nil else {
                throw SpecFailure(at: place, "has no address")
            }
            if let url = server.libpqURL { try Self.validate(url, scheme: .libpq, at: place + ".libpq_url") }
            if let url = server.grpcURL { try Self.validate(url, scheme: .grpc, at: place + ".grpc_url") }
        }
    }

    private static func validate(
        _ url: String, scheme wanted: PreferredProtocol, at path: String
    ) throws(SpecFailure) {
        guard !url.isEmpty, url.utf8.count < urlByteLimit else {
            throw SpecFailure(at: path, "must have 1 to \(urlByteLimit - 1) bytes")
        }
        guard !url.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw SpecFailure(at: path, "contains a control character")
        }
        guard wanted != .libpq || !url.contains(",") else {
            throw SpecFailure(at: path, "contains a comma, which separates shards where it is used")
        }
        guard protocolOf(url) == wanted else {
            throw SpecFailure(at: path, "is not a \(wanted.rawValue) address")
        }
    }

    /// By scheme: `postgres` and `postgresql` are libpq, `grpc` is gRPC, none at all is a libpq key=value string.
    static func protocolOf(_ url: String) -> PreferredProtocol? {
        guard let end = url.firstRange(of: "://")?.lowerBound else { return .libpq }
        switch url[..<end] {
        case "postgres", "postgresql": return .libpq
        case "grpc": return .grpc
        default: return nil  // A string of the sender's; the set of schemes is closed, the set of strings is not.
        }
    }
}
