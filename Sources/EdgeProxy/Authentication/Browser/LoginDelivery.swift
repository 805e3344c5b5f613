internal import FoundationEssentials
package import Gossip
package import Telemetry

/// What the control plane sends when somebody has logged in in the browser: for which session, and where it leads.
///
/// `{"session_id": "<16 hex>", "result": {"Success": {"host", "port", "dbname", "user", "password"?, "aux": {"endpoint_id",
/// "project_id", "branch_id", "compute_id"?, "cold_start_info"?}, "allowed_ips"?, …}}}`, as Neon's. What is not read here
/// may be there or not.
package struct LoginDelivery: Sendable {
    package var session: LoginSessionID
    package var host: String
    package var port: Int
    package var database: String
    package var user: String
    package var password: Secret<String>
    package var endpoint: EndpointName
    package var computeID: String?
    package var coldStartInfo: String?
    /// From where this login is good.
    package var rules: AccessRules

    package struct Malformed: Error, Equatable, CustomStringConvertible {
        package var description: String
    }

    private struct Message: Decodable {
        struct Outcome: Decodable {
            var success: Success

            enum CodingKeys: String, CodingKey { case success = "Success" }
        }

        struct Success: Decodable {
            var host: String
            var port: Int
            var dbname: String
            var user: String
            var password: String?
            var aux: Auxiliary
            var allowedIPs: [String]?
            var allowedVPCEndpointIDs: [String]?
            var allowsPublicAccess: Bool?

            enum CodingKeys: String, CodingKey {
                case host, port, dbname, user, password, aux
                case allowedIPs = "allowed_ips"
                case allowedVPCEndpointIDs = "allowed_vpc_endpoint_ids"
                case allowsPublicAccess = "public_access_allowed"
            }
        }

        struct Auxiliary: Decodable {
            var endpointID: String
            var computeID: String?
            var coldStartInfo: String?

            enum CodingKeys: String, CodingKey {
                case endpointID = "endpoint_id"
                case computeID = "compute_id"
                case coldStartInfo = "cold_start_info"
            }
        }

        var sessionID: String
        var result: Outcome

        enum CodingKeys: String, CodingKey {
            case result
            case sessionID = "session_id"
        }
    }

    /// - Throws: what is wrong, in words that repeat nothing of a message that holds a password.
    package init(json: [UInt8]) throws(Malformed) {
        let message: Message
        do {
            message = try JSONDecoder().decode(Message.self, from: Data(json))
        } catch DecodingError.keyNotFound(let key, _) {
            throw Malformed(description: "`\(key.stringValue)` is missing")
        } catch {
            throw Malformed(description: "the query is not the JSON that was expected")
        }
        guard let session = LoginSessionID(message.sessionID) else {
            throw Malformed(description: "`session_id` is not 16 characters of lower-case hex")
        }
        let success = message.result.success
        guard (1...65535).contains(success.port), !success.host.isEmpty, !success.user.isEmpty else {
            throw Malformed(description: "`host`, `port` and `user` do not name a server")
        }
        guard let endpoint = EndpointName(success.aux.endpointID) else {
            throw Malformed(description: "`endpoint_id` is not an endpoint's name")
        }
        self.session = session
        host = success.host
        port = success.port
        database = success.dbname
        user = success.user
        password = Secret(success.password ?? "")
        self.endpoint = endpoint
        computeID = success.aux.computeID
        coldStartInfo = success.aux.coldStartInfo
        rules = AccessRules(
            allowedAddresses: AllowList(success.allowedIPs ?? []),
            allowedPrivateLinks: Set(success.allowedVPCEndpointIDs ?? []),
            blocksPublicNetwork: success.allowsPublicAccess == false)
    }
}
