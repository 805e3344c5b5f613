internal import FoundationEssentials

/// What a control plane pushes when settings or secrets have changed, in Neon's words (facts: edge proxy §8.4):
/// `{"type":"message","topic":T,"data":"<JSON text>"}`.
package struct SettingsNotification: Equatable, Sendable {
    package enum Malformed: Error, Equatable, Sendable, CustomStringConvertible {
        case tooLong(limit: Int)
        case notJSON
        /// The data of a known topic names nobody, or is not what it should be.
        case badData(topic: String)
        case tooManyNames(limit: Int)

        package var description: String {
            switch self {
            case .tooLong(let limit): "longer than \(limit) bytes"
            case .notJSON: "not a JSON object with a type"
            case .badData(let topic): "the data of \(topic) is not what it should be"
            case .tooManyNames(let limit): "names more than \(limit)"
            }
        }
    }

    /// What changed. A role's change is taken for its project's: it costs the other roles a question.
    package enum Topic: String, Equatable, Sendable {
        case account, endpoint, project, role
        /// Of no interest here, or from a time to come.
        case unknown
    }

    package static let byteLimit = 1 << 20
    package static let nameLimit = 1_000
    private static let nameLengthLimit = 255

    package var topic: Topic
    /// Ids of the endpoints, projects or accounts whose secrets and settings are out of date.
    package var names: [String]
    /// Of `.role`.
    package var role: String?

    private struct Envelope: Decodable {
        var type: String
        var topic: String?
        var data: String?
    }

    private struct Data: Decodable {
        var accountID: String?
        var accountIDs: [String]?
        var endpointID: String?
        var endpointIDs: [String]?
        var projectID: String?
        var projectIDs: [String]?
        var roleName: String?

        enum CodingKeys: String, CodingKey {
            case accountID = "account_id"
            case accountIDs = "account_ids"
            case endpointID = "endpoint_id"
            case endpointIDs = "endpoint_ids"
            case projectID = "project_id"
            case projectIDs = "project_ids"
            case roleName = "role_name"
        }
    }

    package init(topic: Topic, names: [String] = [], role: String? = nil) {
        self.topic = topic
        self.names = names
        self.role = role
    }

    package init(decoding json: [UInt8]) throws(Malformed) {
        guard json.count <= Self.byteLimit else { throw .tooLong(limit: Self.byteLimit) }
        guard let envelope = try? JSONDecoder().decode(Envelope.self, from: FoundationEssentials.Data(json)) else {
            throw .notJSON
        }
        let topic = envelope.type == "message" ? Self.topic(envelope.topic ?? "") : .unknown
        guard topic != .unknown else {
            self.init(topic: .unknown)
            return
        }
        let malformed = Malformed.badData(topic: topic.rawValue)
        guard
            let data = try? JSONDecoder().decode(Data.self, from: FoundationEssentials.Data((envelope.data ?? "").utf8))
        else {
            throw malformed
        }
        let (one, several) =
            switch topic {
            case .account: (data.accountID, data.accountIDs)
            case .endpoint: (data.endpointID, data.endpointIDs)
            case .project: (data.projectID, data.projectIDs)
            case .role: (data.roleName == nil ? nil : data.projectID, nil)
            case .unknown: (String?.none, [String]?.none)
            }
        let names = (one.map { [$0] } ?? []) + (several ?? [])
        guard !names.isEmpty, names.allSatisfy({ (1...Self.nameLengthLimit).contains($0.utf8.count) }) else {
            throw malformed
        }
        guard names.count <= Self.nameLimit else { throw .tooManyNames(limit: Self.nameLimit) }
        self.init(topic: topic, names: names, role: topic == .role ? data.roleName : nil)
    }

    /// Each has an older name or two.
    private static func topic(_ text: String) -> Topic {
        switch text {
        case "/account_settings_update", "/allowed_vpc_endpoints_updated_for_org": .account
        case "/endpoint_settings_update": .endpoint
        case "/project_settings_update", "/allowed_ips_updated", "/block_public_or_vpc_access_updated",
            "/allowed_vpc_endpoints_updated_for_projects":
            .project
        case "/role_setting_update", "/password_updated": .role
        default: .unknown
        }
    }
}
