/// A storage controller says who keeps the log of a timeline: the body of `PUT /notify-safekeepers`.
package struct SafekeeperNotification: Equatable, Sendable {
    package struct Safekeeper: Equatable, Sendable {
        package var id: UInt64
        package var hostname: String?
    }

    /// Where a safekeeper listens for computes, unless a file says otherwise.
    package static let defaultPort = 5454

    package var tenantID: String
    package var timelineID: String
    /// A higher one is newer.
    package var generation: UInt32
    package var safekeepers: [Safekeeper]

    package init(json: [UInt8]) throws(SpecFailure) {
        var fields = try JSONFields(try JSONValue(parsing: json), at: "")
        tenantID = try fields.tenantID()
        timelineID = try fields.hexIdentifier("timeline_id")
        let generation = try fields.number("generation", as: UInt32.self)
        self.generation = try fields.need("generation", generation)
        let safekeepers = try fields.list("safekeepers", of: Safekeeper.init(_:at:))
        self.safekeepers = try fields.need("safekeepers", safekeepers)
        guard (1...SpecReview.safekeeperLimit).contains(self.safekeepers.count) else {
            throw SpecFailure(at: "safekeepers", "are not 1 to \(SpecReview.safekeeperLimit)")
        }
        guard Set(self.safekeepers.map(\.id)).count == self.safekeepers.count else {
            throw SpecFailure(at: "safekeepers", "has a number twice")
        }
    }

    /// The file of nodes comes first: it knows ports.
    func addresses(among nodes: StorageNodes) throws(NotificationRefusal) -> [String] {
        var addresses: [String] = []
        for keeper in safekeepers {
            let told = keeper.hostname.map { HostAndPort(host: $0, port: Self.defaultPort).description }
            guard let address = nodes.safekeepers[keeper.id] ?? told else {
                throw .unknownNode("safekeeper \(keeper.id)")
            }
            addresses.append(address)
        }
        return addresses
    }
}

extension SafekeeperNotification.Safekeeper {
    init(_ value: JSONValue, at path: String) throws(SpecFailure) {
        var fields = try JSONFields(value, at: path)
        let id = try fields.number("id", as: UInt64.self)
        self.init(id: try fields.need("id", id), hostname: try fields.text("hostname"))
        guard let hostname else { return }
        guard SpecReview.isAddress(HostAndPort(host: hostname, port: 1).description) else {
            throw SpecFailure(at: path + ".hostname", "is not the name of a host")
        }
    }
}
