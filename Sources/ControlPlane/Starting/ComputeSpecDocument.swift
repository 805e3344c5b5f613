internal import FoundationEssentials
internal import Gossip
internal import Telemetry

/// The spec of an endpoint as JSON: what tells a compute which roles and databases it is to have, and how Postgres is
/// to be set. The envelope is Neon's: `{"spec": …, "compute_ctl_config": …}`.
package struct ComputeSpecDocument: Encodable {
    /// Connections of one endpoint: 500 for clients, and spare ones for the agent and what Postgres keeps for superusers.
    static let maxConnections = 512

    private let record: EndpointRecord
    private let suspendAfter: Duration?

    package init(_ record: EndpointRecord, suspendAfter: Duration?) {
        self.record = record
        self.suspendAfter = suspendAfter
    }

    /// Holds the role's verifier: to be written where only its reader can read it.
    ///
    /// - Parameter status: `attached` when a control plane answers with it, absent in a file.
    package func json(status: String? = nil) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return Array(try encoder.encode(Envelope(spec: self, status: status)))
    }

    private struct Envelope: Encodable {
        var spec: ComputeSpecDocument
        var computeControl = ComputeControl()
        var status: String?

        enum CodingKeys: String, CodingKey {
            case spec, status
            case computeControl = "compute_ctl_config"
        }
    }

    private struct ComputeControl: Encodable {
        struct Keys: Encodable { var keys: [String] = [] }
        var jwks = Keys()
    }

    private struct Cluster: Encodable {
        struct Role: Encodable {
            var name: String
            var encryptedPassword: String

            enum CodingKeys: String, CodingKey {
                case name
                case encryptedPassword = "encrypted_password"
            }
        }
        struct Database: Encodable {
            var name: String
            var owner: String
        }
        /// `vartype` decides about quotes: only `string` is quoted.
        struct Setting: Encodable {
            var name: String
            var value: String
            var vartype: String
        }
        var name: String
        var roles: [Role]
        var databases: [Database]
        var settings: [Setting]
    }

    private enum CodingKeys: String, CodingKey {
        case cluster, mode
        case formatVersion = "format_version"
        case endpointID = "endpoint_id"
        case storageMode = "storage_mode"
        case suspendTimeoutSeconds = "suspend_timeout_seconds"
    }

    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(1.0, forKey: .formatVersion)
        try fields.encode(record.name.text, forKey: .endpointID)
        try fields.encode("local", forKey: .storageMode)
        try fields.encode("Primary", forKey: .mode)
        // -1: never. Zero would ask for a default, so that less than a second is one.
        let seconds = suspendAfter.map { max(1, $0.components.seconds) } ?? -1
        try fields.encode(seconds, forKey: .suspendTimeoutSeconds)
        try fields.encode(cluster, forKey: .cluster)
    }

    private var cluster: Cluster {
        Cluster(
            name: record.name.text,
            roles: [.init(name: record.role, encryptedPassword: record.verifier.reveal())],
            databases: [.init(name: record.database, owner: record.role)],
            settings: [
                .init(name: "max_connections", value: "\(Self.maxConnections)", vartype: "integer"),
                // Small, because a machine holds many endpoints and the kernel's cache serves them all.
                .init(name: "shared_buffers", value: "32MB", vartype: "string"),
                // A stop waits for a checkpoint, and a start after a crash for the log since the last one.
                .init(name: "max_wal_size", value: "512MB", vartype: "string"),
            ])
    }
}
