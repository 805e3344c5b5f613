internal import PostgresWire

/// What must be said to Postgres so that its roles and databases are what a spec lists.
///
/// Roles and databases that the spec does not list are left alone. Applied to its own result, a plan is empty. A
/// database belongs to its owner, who by that may do everything in it.
package struct CatalogPlan: Equatable, Sendable {
    /// May share one transaction.
    package var roleStatements: [String] = []
    /// Each on its own: Postgres makes and removes databases outside transactions.
    package var databaseStatements: [String] = []

    package var isEmpty: Bool { roleStatements.isEmpty && databaseStatements.isEmpty }

    package init(from present: CatalogPicture, to wanted: ComputeSpec.Cluster) {
        for role in wanted.roles {
            let found = present.roles.first { $0.name == role.name }
            if let statement = Self.statement(for: role, found: found) { roleStatements.append(statement) }
        }
        for database in wanted.databases {
            let found = present.databases.first { $0.name == database.name }
            databaseStatements += Self.statements(for: database, found: found)
        }
    }

    private static func statement(for role: ComputeSpec.Role, found: CatalogPicture.Role?) -> String? {
        let options = role.options.compactMap { RoleOption($0) }
        let name = SQLText.identifier(role.name)
        guard let found else {
            let words = ["LOGIN"] + options.map(\.sql) + passwordWords(role.encryptedPassword)
            return "CREATE ROLE \(name) \(words.joined(separator: " "))"
        }
        var words = found.canLogin ? [] : ["LOGIN"]
        words += options.filter { !found.has($0) }.map(\.sql)
        if found.verifier != role.encryptedPassword {
            words += role.encryptedPassword == nil ? ["PASSWORD NULL"] : passwordWords(role.encryptedPassword)
        }
        return words.isEmpty ? nil : "ALTER ROLE \(name) \(words.joined(separator: " "))"
    }

    private static func passwordWords(_ verifier: String?) -> [String] {
        verifier.map { ["PASSWORD \(SQLText.literal($0))"] } ?? []
    }

    private static func statements(for database: ComputeSpec.Database, found: CatalogPicture.Database?) -> [String] {
        let name = SQLText.identifier(database.name)
        let owner = SQLText.identifier(database.owner)
        if let found, !found.isInvalid {
            return found.owner == database.owner ? [] : ["ALTER DATABASE \(name) OWNER TO \(owner)"]
        }
        let options = database.options.compactMap { DatabaseOption($0)?.sql }
        let create = (["CREATE DATABASE \(name) OWNER \(owner)"] + options).joined(separator: " ")
        return found == nil ? [create] : ["DROP DATABASE IF EXISTS \(name) WITH (FORCE)", create]
    }
}

extension CatalogPicture.Role {
    fileprivate func has(_ option: RoleOption) -> Bool {
        switch option {
        case .flag(let flag, let isOn): flags.contains(flag) == isOn
        case .connectionLimit(let limit): connectionLimit == limit
        }
    }
}
