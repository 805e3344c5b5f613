/// What a compute is to be. Unknown fields are ignored; what is known is checked before anything is touched.
package struct ComputeSpec: Equatable, Sendable {
    /// Where the pages and the log live.
    package enum StorageMode: String, Sendable, Decodable {
        /// In the data directory on this machine.
        case local
        /// In pageservers and safekeepers.
        case neon
    }

    package struct Cluster: Equatable, Sendable {
        package var name: String?
        package var roles: [Role]
        package var databases: [Database]
        /// Goes into the configuration file as it is, before everything else.
        package var postgresqlConf: String?
        package var settings: [GenericOption]

        package func setting(_ name: String) -> GenericOption? {
            settings.first { $0.name.lowercased() == name }
        }
    }

    package struct Role: Equatable, Sendable {
        package var name: String
        /// A SCRAM-SHA-256 verifier; a role without one cannot log in with a password.
        package var encryptedPassword: String?
        package var options: [GenericOption]

        package init(name: String, encryptedPassword: String?, options: [GenericOption] = []) {
            self.name = name
            self.encryptedPassword = encryptedPassword
            self.options = options
        }
    }

    package struct Database: Equatable, Sendable {
        package var name: String
        package var owner: String
        package var options: [GenericOption]

        package init(name: String, owner: String, options: [GenericOption] = []) {
            self.name = name
            self.owner = owner
            self.options = options
        }
    }

    package var formatVersion: Double
    package var operationUUID: String?
    package var storageMode: StorageMode
    package var cluster: Cluster
    package var skipCatalogUpdates: Bool
    package var tenantID: String?
    package var timelineID: String?
    package var endpointID: String?
    package var pageserverConnectionInfo: PageserverConnectionInfo?
    package var pageserverConnstring: String?
    /// In pages of 8 KiB.
    package var shardStripeSize: UInt32?
    package var safekeeperConnstrings: [String]
    /// Zero is the provider's default, -1 never.
    package var suspendTimeoutSeconds: Int64
}

extension ComputeSpec: Decodable {
    private enum CodingKeys: String, CodingKey {
        case formatVersion = "format_version"
        case operationUUID = "operation_uuid"
        case storageMode = "storage_mode"
        case cluster
        case skipCatalogUpdates = "skip_pg_catalog_updates"
        case tenantID = "tenant_id"
        case timelineID = "timeline_id"
        case endpointID = "endpoint_id"
        case pageserverConnectionInfo = "pageserver_connection_info"
        case pageserverConnstring = "pageserver_connstring"
        case shardStripeSize = "shard_stripe_size"
        case safekeeperConnstrings = "safekeeper_connstrings"
        case suspendTimeoutSeconds = "suspend_timeout_seconds"
        case deltaOperations = "delta_operations"
        case mode
    }

    /// Present so that a spec which asks for what this agent does not do is refused instead of half obeyed.
    private struct DeltaOperation: Decodable { var action: String }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        formatVersion = try fields.decode(Double.self, forKey: .formatVersion)
        operationUUID = try fields.decodeIfPresent(String.self, forKey: .operationUUID)
        cluster = try fields.decode(Cluster.self, forKey: .cluster)
        skipCatalogUpdates = try fields.decodeIfPresent(Bool.self, forKey: .skipCatalogUpdates) ?? false
        tenantID = try fields.decodeIfPresent(String.self, forKey: .tenantID)
        timelineID = try fields.decodeIfPresent(String.self, forKey: .timelineID)
        endpointID = try fields.decodeIfPresent(String.self, forKey: .endpointID)
        pageserverConnectionInfo =
            try fields.decodeIfPresent(PageserverConnectionInfo.self, forKey: .pageserverConnectionInfo)
        pageserverConnstring = try fields.decodeIfPresent(String.self, forKey: .pageserverConnstring)
        shardStripeSize = try fields.decodeIfPresent(UInt32.self, forKey: .shardStripeSize)
        safekeeperConnstrings = try fields.decodeIfPresent([String].self, forKey: .safekeeperConnstrings) ?? []
        suspendTimeoutSeconds = try fields.decode(Int64.self, forKey: .suspendTimeoutSeconds)

        tenantID = tenantID ?? cluster.setting("neon.tenant_id")?.value
        timelineID = timelineID ?? cluster.setting("neon.timeline_id")?.value
        if safekeeperConnstrings.isEmpty, let list = cluster.setting("neon.safekeepers")?.value {
            safekeeperConnstrings = Self.safekeepers(in: list)
        }
        let namesRemoteStorage = tenantID != nil || timelineID != nil || !safekeeperConnstrings.isEmpty
        storageMode =
            try fields.decodeIfPresent(StorageMode.self, forKey: .storageMode) ?? (namesRemoteStorage ? .neon : .local)

        if let first = try fields.decodeIfPresent([DeltaOperation].self, forKey: .deltaOperations)?.first {
            throw DecodingError.dataCorruptedError(
                forKey: .deltaOperations, in: fields, debugDescription: "\(first.action) is not supported yet")
        }
        // A read-only compute is spelt as an object, so only the text form is looked at here.
        if fields.contains(.mode), (try? fields.decode(String.self, forKey: .mode)) != "Primary" {
            throw DecodingError.dataCorruptedError(
                forKey: .mode, in: fields, debugDescription: "only Primary is supported yet")
        }
    }

    /// The setting may carry the generation as a prefix, `g#3:host:port,…`, which is no part of the first address.
    private static func safekeepers(in list: String) -> [String] {
        var list = Substring(list)
        if list.hasPrefix("g#"), let colon = list.firstIndex(of: ":") {
            list = list[list.index(after: colon)...]
        }
        return list.split(separator: ",").map(String.init)
    }
}

extension ComputeSpec.Cluster: Decodable {
    private enum CodingKeys: String, CodingKey {
        case name, roles, databases, settings
        case postgresqlConf = "postgresql_conf"
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try fields.decodeIfPresent(String.self, forKey: .name),
            roles: try fields.decode([ComputeSpec.Role].self, forKey: .roles),
            databases: try fields.decode([ComputeSpec.Database].self, forKey: .databases),
            postgresqlConf: try fields.decodeIfPresent(String.self, forKey: .postgresqlConf),
            settings: try fields.decodeIfPresent([GenericOption].self, forKey: .settings) ?? [])
    }
}

extension ComputeSpec.Role: Decodable {
    private enum CodingKeys: String, CodingKey {
        case name, options
        case encryptedPassword = "encrypted_password"
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try fields.decode(String.self, forKey: .name),
            encryptedPassword: try fields.decodeIfPresent(String.self, forKey: .encryptedPassword),
            options: try fields.decodeIfPresent([GenericOption].self, forKey: .options) ?? [])
    }
}

extension ComputeSpec.Database: Decodable {
    private enum CodingKeys: String, CodingKey { case name, owner, options }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try fields.decode(String.self, forKey: .name),
            owner: try fields.decode(String.self, forKey: .owner),
            options: try fields.decodeIfPresent([GenericOption].self, forKey: .options) ?? [])
    }
}
