/// An answer other than 2xx, as Neon's control plane words it. Every part may be missing.
package struct ControlPlaneErrorBody: Decodable, Sendable {
    package struct Status: Decodable, Sendable {
        package var details: Details?
    }

    package struct Details: Decodable, Sendable {
        package var errorInfo: ErrorInfo?
        package var retryInfo: RetryInfo?
        package var userFacingMessage: UserFacingMessage?

        enum CodingKeys: String, CodingKey {
            case errorInfo = "error_info"
            case retryInfo = "retry_info"
            case userFacingMessage = "user_facing_message"
        }
    }

    package struct ErrorInfo: Decodable, Sendable {
        package var reason: String?
    }

    package struct RetryInfo: Decodable, Sendable {
        package var retryDelayMilliseconds: Int64?

        enum CodingKeys: String, CodingKey { case retryDelayMilliseconds = "retry_delay_ms" }
    }

    package struct UserFacingMessage: Decodable, Sendable {
        package var message: String
    }

    /// Tells a control plane's “no” from the 404 of a server that does not know the path.
    package var error: String
    package var status: Status?
}

/// `get_endpoint_access_control` (2025); the 2023 answer is its first field alone.
struct AccessControlAnswer: Decodable, Sendable {
    /// Empty: no secret.
    var roleSecret: String
    var allowedIPs: [String]?
    var allowedVPCEndpointIDs: [String]?
    var blocksPublicConnections: Bool?
    var blocksVPCConnections: Bool?
    var projectID: String?
    var accountID: String?
    var rateLimits: RateLimits?

    struct RateLimits: Decodable, Sendable {
        var connectionAttempts: ConnectionAttempts?
        enum CodingKeys: String, CodingKey { case connectionAttempts = "connection_attempts" }
    }

    /// By transport; the others are not ours.
    struct ConnectionAttempts: Decodable, Sendable {
        var tcp: Bucket?
    }

    struct Bucket: Decodable, Sendable {
        var rps: Double
        var burst: Double
    }

    enum CodingKeys: String, CodingKey {
        case roleSecret = "role_secret"
        case allowedIPs = "allowed_ips"
        case allowedVPCEndpointIDs = "allowed_vpc_endpoint_ids"
        case blocksPublicConnections = "block_public_connections"
        case blocksVPCConnections = "block_vpc_connections"
        case projectID = "project_id"
        case accountID = "account_id"
        case rateLimits = "rate_limits"
    }

    var settings: EndpointSettings {
        EndpointSettings(
            rules: AccessRules(
                allowedAddresses: AllowList(allowedIPs ?? []), allowedPrivateLinks: Set(allowedVPCEndpointIDs ?? []),
                blocksPublicNetwork: blocksPublicConnections ?? false,
                blocksPrivateLinks: blocksVPCConnections ?? false),
            attempts: rateLimits?.connectionAttempts?.tcp.flatMap { AttemptRate(perSecond: $0.rps, burst: $0.burst) },
            projectID: projectID, accountID: accountID)
    }
}

/// `wake_compute`, 2023 and 2025; `generation` is ours.
struct WakeAnswer: Decodable, Sendable {
    struct Auxiliary: Decodable, Sendable {
        var computeID: String?
        var coldStartInfo: String?

        enum CodingKeys: String, CodingKey {
            case computeID = "compute_id"
            case coldStartInfo = "cold_start_info"
        }
    }

    var address: String
    var serverName: String?
    var aux: Auxiliary?
    var generation: UInt64?

    enum CodingKeys: String, CodingKey {
        case address, aux, generation
        case serverName = "server_name"
    }

    /// - Returns: `nil` when `address` is not `host:port`.
    var woken: WokenCompute? {
        guard let place = NetworkAddress(address) else { return nil }
        return WokenCompute(
            generation: generation, host: place.host, port: place.port, serverName: serverName,
            computeID: aux?.computeID ?? serverName ?? "", coldStartInfo: aux?.coldStartInfo)
    }
}

/// An endpoint as the control plane's own API shows it.
package struct EndpointRecord: Codable, Sendable, Equatable {
    package var name: String
    package var state: String
    package var generation: UInt64
    package var sequence: UInt64
    package var address: String?
    package var computeID: String?
    package var updatedUnixMicros: Int64?

    enum CodingKeys: String, CodingKey {
        case name, state, generation, sequence, address
        case computeID = "compute_id"
        case updatedUnixMicros = "updated_unix_micros"
    }
}

/// One line of an endpoint's history.
package struct HistoryRecord: Codable, Sendable, Equatable {
    package var atUnixMicros: Int64
    package var generation: UInt64
    package var sequence: UInt64
    package var source: String
    package var event: String
    package var detail: String?

    enum CodingKeys: String, CodingKey {
        case generation, sequence, source, event, detail
        case atUnixMicros = "at_unix_micros"
    }
}

/// A new endpoint and how to log in to it, told once.
package struct CreatedEndpoint: Codable, Sendable {
    package var name: String
    package var user: String
    package var password: String
    package var database: String
}
