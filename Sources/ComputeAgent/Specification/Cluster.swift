extension ComputeSpec {
    /// Roles, databases and settings.
    package struct Cluster: Equatable, Sendable {
        package var clusterID: String?
        package var name: String?
        /// Nobody reads it.
        package var state: String?
        package var roles: [Role]
        package var databases: [Database]
        /// Goes into the configuration file as it is, before everything else.
        package var postgresqlConf: String?
        package var settings: [GenericOption]
        package var unknown: [String: JSONValue] = [:]

        /// - Parameter name: in lower case, as Postgres compares names. Names are unique in a checked spec.
        package func setting(_ name: String) -> GenericOption? {
            settings.first { $0.name.lowercased() == name }
        }
    }

    package struct Role: Equatable, Sendable {
        package var name: String
        /// A SCRAM-SHA-256 verifier; a role without one cannot log in with a password.
        package var encryptedPassword: String?
        package var options: [GenericOption]
        package var unknown: [String: JSONValue] = [:]

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
        package var unknown: [String: JSONValue] = [:]

        package init(name: String, owner: String, options: [GenericOption] = []) {
            self.name = name
            self.owner = owner
            self.options = options
        }
    }
}

/// The verifier is as good as the password for whoever pretends to be the server, so it is left out.
extension ComputeSpec.Role: CustomStringConvertible, CustomReflectable {
    package var description: String { "role \(name.debugDescription)" }
    package var customMirror: Mirror { Mirror(self, children: ["name": name, "options": options]) }
}

// MARK: JSON

extension ComputeSpec.Cluster {
    init(_ value: JSONValue, at path: String) throws(SpecFailure) {
        var fields = try JSONFields(value, at: path)
        let roles = try fields.list("roles", of: ComputeSpec.Role.init(_:at:))
        let databases = try fields.list("databases", of: ComputeSpec.Database.init(_:at:))
        self.init(
            clusterID: try fields.text("cluster_id"), name: try fields.text("name"), state: try fields.text("state"),
            roles: try fields.need("roles", roles), databases: try fields.need("databases", databases),
            postgresqlConf: try fields.text("postgresql_conf"),
            settings: try fields.list("settings", of: GenericOption.init(_:at:)) ?? [])
        unknown = fields.rest
    }

    package var json: JSONValue {
        .object(
            [
                "cluster_id": clusterID.map(JSONValue.string), "name": name.map(JSONValue.string),
                "state": state.map(JSONValue.string), "roles": .list(roles.map(\.json)),
                "databases": .list(databases.map(\.json)), "postgresql_conf": postgresqlConf.map(JSONValue.string),
                "settings": .list(settings.map(\.json)),
            ], and: unknown)
    }
}

extension ComputeSpec.Role {
    init(_ value: JSONValue, at path: String) throws(SpecFailure) {
        var fields = try JSONFields(value, at: path)
        let name = try fields.text("name")
        self.init(
            name: try fields.need("name", name), encryptedPassword: try fields.text("encrypted_password"),
            options: try fields.list("options", of: GenericOption.init(_:at:)) ?? [])
        unknown = fields.rest
    }

    package var json: JSONValue {
        .object(
            [
                "name": .string(name), "encrypted_password": encryptedPassword.map(JSONValue.string) ?? .null,
                "options": options.isEmpty ? nil : .list(options.map(\.json)),
            ], and: unknown)
    }
}

extension ComputeSpec.Database {
    init(_ value: JSONValue, at path: String) throws(SpecFailure) {
        var fields = try JSONFields(value, at: path)
        let name = try fields.text("name")
        let owner = try fields.text("owner")
        self.init(
            name: try fields.need("name", name), owner: try fields.need("owner", owner),
            options: try fields.list("options", of: GenericOption.init(_:at:)) ?? [])
        unknown = fields.rest
    }

    package var json: JSONValue {
        .object(
            [
                "name": .string(name), "owner": .string(owner),
                "options": options.isEmpty ? nil : .list(options.map(\.json)),
            ], and: unknown)
    }
}
