internal import PostgresWire

/// Roles and databases, and what is to become of those that are to go.
extension SpecReview {
    mutating func checkRoles() {
        let path = "spec.cluster.roles"
        refuseDuplicates(spec.cluster.roles.map(\.name), at: path)
        for (position, role) in spec.cluster.roles.enumerated() {
            let place = "\(path)[\(position)]"
            refuse(CatalogName.flaw(ofRole: role.name), of: role.name, at: place + ".name")
            if let secret = role.encryptedPassword, SCRAMVerifier.parse(secret) == nil {
                refuse(at: place + ".encrypted_password", "is not a SCRAM-SHA-256 verifier")
            }
            for (position, option) in role.options.enumerated() where RoleOption(option) == nil {
                refuse(
                    at: "\(place).options[\(position)]", "\(option.name.debugDescription) is not supported for a role")
            }
        }
    }

    mutating func checkDatabases() {
        let path = "spec.cluster.databases"
        refuseDuplicates(spec.cluster.databases.map(\.name), at: path)
        let roles = Set(spec.cluster.roles.map(\.name))
        for (position, database) in spec.cluster.databases.enumerated() {
            let place = "\(path)[\(position)]"
            refuse(CatalogName.flaw(ofDatabase: database.name), of: database.name, at: place + ".name")
            if !roles.contains(database.owner) {
                refuse(at: place + ".owner", "\(database.owner.debugDescription) is not among the roles")
            }
            for (position, option) in database.options.enumerated() where DatabaseOption(option) == nil {
                refuse(
                    at: "\(place).options[\(position)]",
                    "\(option.name.debugDescription) is not supported for a database")
            }
        }
    }

    /// A database may be both deleted and listed: that is how one is made anew. A role may not: what it owns would go with
    /// it, and whether it is there afterwards would hang on the order.
    mutating func checkDeltaOperations() {
        let path = "spec.delta_operations"
        if spec.deltaOperations.count > Self.listLimit {
            return refuse(at: path, "has more than \(Self.listLimit) entries")
        }
        let roles = Set(spec.cluster.roles.map(\.name))
        for (position, operation) in spec.deltaOperations.enumerated() {
            let place = "\(path)[\(position)]"
            refuse(flaw(of: operation.name, operation), of: operation.name, at: place + ".name")
            if operation.action == .deleteRole, roles.contains(operation.name) {
                refuse(at: place, "\(operation.name.debugDescription) is among the roles that are to be there")
            }
            guard operation.action.isRename else { continue }
            guard let newName = operation.newName else {
                refuse(at: place + ".new_name", "is missing")
                continue
            }
            refuse(flaw(of: newName, operation), of: newName, at: place + ".new_name")
            if newName == operation.name { refuse(at: place + ".new_name", "is the old name") }
        }
    }

    private func flaw(of name: String, _ operation: DeltaOperation) -> CatalogName.Flaw? {
        operation.action.isOfRole ? CatalogName.flaw(ofRole: name) : CatalogName.flaw(ofDatabase: name)
    }

    private mutating func refuse(_ flaw: CatalogName.Flaw?, of name: String, at path: String) {
        if let flaw { refuse(at: path, "\(String(name.prefix(64)).debugDescription) \(flaw)") }
    }
}
