/// Where a compute's pages live: every shard with the pageservers that hold it.
package struct PageserverConnectionInfo: Equatable, Sendable {
    package enum PreferredProtocol: String, Sendable, Decodable { case libpq, grpc }

    package struct Pageserver: Equatable, Sendable {
        package var id: UInt64?
        package var libpqURL: String?
        package var grpcURL: String?

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
            guard preferred != nil else {
                throw SpecFailure(at: place, "lacks \(preferredProtocol.rawValue)_url, the preferred protocol")
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

extension PageserverConnectionInfo: Decodable {
    private enum CodingKeys: String, CodingKey {
        case shardCount = "shard_count"
        case stripeSize = "stripe_size"
        case shards
        case preferredProtocol = "prefer_protocol"
    }

    private struct ShardBody: Decodable { var pageservers: [Pageserver] }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        let bodies = try fields.decode([String: ShardBody].self, forKey: .shards)
        var shards: [Shard] = []
        for (key, body) in bodies {
            guard let index = ShardIndex(key) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .shards, in: fields, debugDescription: "“\(key)” is not four hex digits")
            }
            guard !shards.contains(where: { $0.index == index }) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .shards, in: fields, debugDescription: "shard \(index) is there twice")
            }
            shards.append(Shard(index: index, pageservers: body.pageservers))
        }
        self.init(
            shardCount: try fields.decode(UInt8.self, forKey: .shardCount),
            stripeSize: try fields.decodeIfPresent(UInt32.self, forKey: .stripeSize), shards: shards,
            preferredProtocol: try fields.decodeIfPresent(PreferredProtocol.self, forKey: .preferredProtocol) ?? .libpq)
    }
}

extension PageserverConnectionInfo.Pageserver: Decodable {
    private enum CodingKeys: String, CodingKey {
        case id
        case libpqURL = "libpq_url"
        case grpcURL = "grpc_url"
    }
}
