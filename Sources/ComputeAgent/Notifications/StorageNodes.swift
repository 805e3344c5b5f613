/// Where the nodes of storage are, by the numbers that a storage controller calls them.
///
/// From a file of the operator's, and from what specs have said: `{"pageservers": [{"id": 1, "libpq_url": …, "grpc_url":
/// …}], "safekeepers": [{"id": 1, "address": "host:port"}]}`.
package struct StorageNodes: Equatable, Sendable {
    package private(set) var pageservers: [UInt64: PageserverConnectionInfo.Pageserver] = [:]
    /// `host:port`.
    package private(set) var safekeepers: [UInt64: String] = [:]

    /// Bytes of such a file.
    package static let byteLimit = 4 << 20
    package static let nodeLimit = 10_000

    package init() {}

    package init(json: [UInt8]) throws(SpecFailure) {
        var fields = try JSONFields(try JSONValue(parsing: json), at: "")
        for (position, server)
            in (try fields.list("pageservers", of: PageserverConnectionInfo.Pageserver.init(_:at:)) ?? [])
            .enumerated()
        {
            guard let id = server.id else { throw SpecFailure(at: "pageservers[\(position)].id", "is missing") }
            guard pageservers.updateValue(server, forKey: id) == nil else {
                throw SpecFailure(at: "pageservers[\(position)].id", "\(id) is there twice")
            }
        }
        for (position, keeper) in (try fields.list("safekeepers", of: Self.safekeeper) ?? []).enumerated()
        where safekeepers.updateValue(keeper.address, forKey: keeper.id) != nil {
            throw SpecFailure(at: "safekeepers[\(position)].id", "\(keeper.id) is there twice")
        }
        guard pageservers.count <= Self.nodeLimit, safekeepers.count <= Self.nodeLimit else {
            throw SpecFailure(at: "", "has more than \(Self.nodeLimit) nodes of a kind")
        }
    }

    private static func safekeeper(_ value: JSONValue, at path: String) throws(SpecFailure) -> (
        id: UInt64, address: String
    ) {
        var fields = try JSONFields(value, at: path)
        let (id, address) = (try fields.number("id", as: UInt64.self), try fields.text("address"))
        let found = try fields.need("address", address)
        guard SpecReview.isAddress(found) else { throw SpecFailure(at: path + ".address", "is not host:port") }
        return (try fields.need("id", id), found)
    }

    /// Also knows the pageservers that `info` gives with their numbers. What was known of a number before stays.
    package func learning(from info: PageserverConnectionInfo?) -> StorageNodes {
        var nodes = self
        for server in (info?.shards ?? []).flatMap(\.pageservers) {
            if let id = server.id, nodes.pageservers[id] == nil { nodes.pageservers[id] = server }
        }
        return nodes
    }

    /// With what `others` know beyond it.
    package func filled(from others: StorageNodes) -> StorageNodes {
        var nodes = self
        nodes.pageservers.merge(others.pageservers) { own, _ in own }
        nodes.safekeepers.merge(others.safekeepers) { own, _ in own }
        return nodes
    }
}
