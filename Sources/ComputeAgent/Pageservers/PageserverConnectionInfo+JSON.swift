extension PageserverConnectionInfo {
    init(_ value: JSONValue, at path: String) throws(SpecFailure) {
        var fields = try JSONFields(value, at: path)
        let count = try fields.number("shard_count", as: UInt8.self)
        let map = try fields.map("shards") { (value, path) throws(SpecFailure) in try Self.shard(value, at: path) }
        let place = fields.place(of: "shards")
        self.init(
            shardCount: try fields.need("shard_count", count), stripeSize: try fields.number("stripe_size"),
            shards: try Self.shards(try fields.need("shards", map), at: place),
            preferredProtocol: try fields.part("prefer_protocol", of: PreferredProtocol.init(_:at:)) ?? .libpq)
        unknown = fields.rest
    }

    /// By their keys, of which two may mean one shard: `000a` and `000A`.
    private static func shards(
        _ map: [String: Shard], at path: String
    ) throws(SpecFailure) -> [Shard] {
        var shards: [Shard] = []
        for (key, shard) in map.sorted(by: { $0.key < $1.key }) {
            guard let index = ShardIndex(key) else {
                throw SpecFailure(at: SpecFailure.path(path, key), "the key is not four hex digits")
            }
            guard !shards.contains(where: { $0.index == index }) else {
                throw SpecFailure(at: SpecFailure.path(path, key), "shard \(index) is there twice")
            }
            shards.append(Shard(index: index, pageservers: shard.pageservers))
            shards[shards.count - 1].unknown = shard.unknown
        }
        return shards
    }

    /// The index is in the key, which the caller looks at.
    private static func shard(_ value: JSONValue, at path: String) throws(SpecFailure) -> Shard {
        var fields = try JSONFields(value, at: path)
        let servers = try fields.list("pageservers", of: Pageserver.init(_:at:))
        var shard = Shard(
            index: ShardIndex(number: 0, count: 0), pageservers: try fields.need("pageservers", servers))
        shard.unknown = fields.rest
        return shard
    }

    package var json: JSONValue {
        let shards = shards.map { shard in
            let servers = JSONValue.list(shard.pageservers.map(\.json))
            return (shard.index.description, JSONValue.object(["pageservers": servers], and: shard.unknown))
        }
        return .object(
            [
                "shard_count": JSONValue(shardCount), "stripe_size": stripeSize.map { JSONValue($0) },
                "shards": .object(Dictionary(shards) { first, _ in first }),
                "prefer_protocol": .string(preferredProtocol.rawValue),
            ], and: unknown)
    }
}

extension PageserverConnectionInfo.PreferredProtocol {
    init(_ value: JSONValue, at path: String) throws(SpecFailure) {
        guard let known = Self(rawValue: try JSONFields.text(value, at: path)) else {
            throw SpecFailure(at: path, "is neither libpq nor grpc")
        }
        self = known
    }
}

extension PageserverConnectionInfo.Pageserver {
    init(_ value: JSONValue, at path: String) throws(SpecFailure) {
        var fields = try JSONFields(value, at: path)
        self.init(
            id: try fields.number("id"), libpqURL: try fields.text("libpq_url"), grpcURL: try fields.text("grpc_url"))
        unknown = fields.rest
    }

    var json: JSONValue {
        .object(
            [
                "id": id.map { JSONValue($0) }, "libpq_url": libpqURL.map(JSONValue.string),
                "grpc_url": grpcURL.map(JSONValue.string),
            ], and: unknown)
    }
}
