/// From where one may connect to an endpoint, and how often one may try: as administrators set it, as it is kept, and as
/// proxies are told, in the words of Neon's `get_endpoint_access_control`. What is not set is left out.
package struct EndpointRules: Codable, Equatable, Sendable {
    package struct RateLimits: Codable, Equatable, Sendable {
        package var connectionAttempts: ConnectionAttempts?

        enum CodingKeys: String, CodingKey { case connectionAttempts = "connection_attempts" }
    }

    package struct ConnectionAttempts: Codable, Equatable, Sendable {
        package var tcp: Bucket?
    }

    package struct Bucket: Codable, Equatable, Sendable {
        package var rps: Double
        package var burst: Double
    }

    /// What is wrong with some rules.
    package struct Flaw: Error, Equatable, CustomStringConvertible {
        package var description: String
    }

    package static let entryLimit = 1_000
    private static let entryLengthLimit = 255

    /// Addresses, prefixes and ranges. What cannot be read is kept, and matches nobody.
    package var allowedIPs: [String]?
    package var allowedVPCEndpointIDs: [String]?
    package var blocksPublicConnections: Bool?
    package var blocksVPCConnections: Bool?
    package var rateLimits: RateLimits?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case allowedIPs = "allowed_ips"
        case allowedVPCEndpointIDs = "allowed_vpc_endpoint_ids"
        case blocksPublicConnections = "block_public_connections"
        case blocksVPCConnections = "block_vpc_connections"
        case rateLimits = "rate_limits"
    }

    package static let keys = CodingKeys.allCases.map(\.rawValue)

    package init(allowedIPs: [String]? = nil) {
        self.allowedIPs = allowedIPs
    }

    package func validated() throws(Flaw) -> EndpointRules {
        for list in [allowedIPs ?? [], allowedVPCEndpointIDs ?? []] {
            guard list.count <= Self.entryLimit else {
                throw Flaw(description: "a list has at most \(Self.entryLimit) entries")
            }
            guard list.allSatisfy({ (1...Self.entryLengthLimit).contains($0.utf8.count) }) else {
                throw Flaw(description: "an entry has 1 to \(Self.entryLengthLimit) bytes")
            }
        }
        if let bucket = rateLimits?.connectionAttempts?.tcp {
            guard bucket.rps > 0, bucket.burst >= 1 else {
                throw Flaw(description: "rps is above 0, and burst at least 1")
            }
        }
        return self
    }
}
