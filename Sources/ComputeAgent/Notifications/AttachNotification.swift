/// A storage controller says which pageserver has which shard of a tenant: the body of `PUT /notify-attach`.
package struct AttachNotification: Equatable, Sendable {
    package struct Shard: Equatable, Sendable {
        package var nodeID: UInt64
        package var number: UInt8
    }

    /// 32 hex digits, lower case.
    package var tenantID: String
    /// In pages of 8 KiB; absent when unsharded.
    package var stripeSize: UInt32?
    /// All of them, by number.
    package var shards: [Shard]

    package init(json: [UInt8]) throws(SpecFailure) {
        var fields = try JSONFields(try JSONValue(parsing: json), at: "")
        tenantID = try fields.tenantID()
        stripeSize = try fields.number("stripe_size")
        let shards = try fields.list("shards", of: Shard.init(_:at:))
        self.shards = try fields.need("shards", shards).sorted { $0.number < $1.number }
        guard self.shards.count <= PageserverConnectionInfo.shardLimit else {
            throw SpecFailure(at: "shards", "has more than \(PageserverConnectionInfo.shardLimit) entries")
        }
        guard !self.shards.isEmpty, self.shards.enumerated().allSatisfy({ Int($1.number) == $0 }) else {
            throw SpecFailure(at: "shards", "are not numbered from 0, each once")
        }
        guard self.shards.count == 1 || stripeSize != nil else {
            throw SpecFailure(at: "stripe_size", "is missing although there are several shards")
        }
    }

    /// - Throws: the first node that nobody has told the address of.
    func connectionInfo(
        among nodes: StorageNodes, preferring preferred: PageserverConnectionInfo.PreferredProtocol
    ) throws(NotificationRefusal) -> PageserverConnectionInfo {
        let count = stripeSize == nil ? 0 : UInt8(shards.count)
        var found: [PageserverConnectionInfo.Shard] = []
        for shard in shards {
            guard let server = nodes.pageservers[shard.nodeID] else {
                throw .unknownNode("pageserver \(shard.nodeID)")
            }
            found.append(.init(index: .init(number: shard.number, count: count), pageservers: [server]))
        }
        return PageserverConnectionInfo(
            shardCount: count, stripeSize: stripeSize, shards: found, preferredProtocol: preferred)
    }
}

extension AttachNotification.Shard {
    init(_ value: JSONValue, at path: String) throws(SpecFailure) {
        var fields = try JSONFields(value, at: path)
        let (node, number) = (
            try fields.number("node_id", as: UInt64.self), try fields.number("shard_number", as: UInt8.self)
        )
        self.init(nodeID: try fields.need("node_id", node), number: try fields.need("shard_number", number))
    }
}

extension JSONFields {
    mutating func tenantID() throws(SpecFailure) -> String { try hexIdentifier("tenant_id") }

    mutating func hexIdentifier(_ name: String) throws(SpecFailure) -> String {
        let text = try text(name)?.lowercased()
        let found = try need(name, text)
        guard SpecReview.isHexIdentifier(found) else { throw SpecFailure(at: place(of: name), "must be 32 hex digits") }
        return found
    }
}
