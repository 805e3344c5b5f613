internal import PostgresWire

extension CatalogSketch {
    private static let privilegedWords = "CREATEDB CREATEROLE NOLOGIN REPLICATION BYPASSRLS"

    mutating func ensurePrivilegedRole(_ name: String) {
        guard role(name) == nil else { return }
        let quoted = SQLText.identifier(name)
        add(
            .privilegedRole, .role(name),
            [
                "CREATE ROLE \(quoted) \(Self.privilegedWords)",
                "GRANT pg_read_all_data, pg_write_all_data TO \(quoted)",
            ])
        put(CatalogPicture.Role(name: name, verifier: nil, canLogin: false))
    }

    /// Done before roles are looked at, so that a renamed one is found by its new name. Whoever asks twice finds it done.
    mutating func rename(_ operations: [DeltaOperation]) {
        for operation in operations where operation.action == .renameRole {
            guard let next = operation.newName else { continue }
            switch (role(operation.name), role(next)) {
            case (nil, .some): break
            case (.some, nil):
                add(
                    .renamedRoles, .role(operation.name),
                    ["ALTER ROLE \(SQLText.identifier(operation.name)) RENAME TO \(SQLText.identifier(next))"])
                renameRole(operation.name, to: next)
            case (.some, .some):
                complain(.role(operation.name), "cannot be renamed: there is a role \(next.debugDescription) already")
            case (nil, nil):
                complain(.role(operation.name), "cannot be renamed: neither it nor \(next.debugDescription) is there")
            }
        }
    }

    mutating func converge(_ wanted: ComputeSpec.Role, privileged: String?) {
        let options = wanted.options.compactMap { RoleOption($0) }
        let name = SQLText.identifier(wanted.name)
        let found = role(wanted.name)
        if let found {
            var words = found.canLogin ? [] : ["LOGIN"]
            words += options.filter { !found.has($0) }.map(\.sql)
            if found.verifier != wanted.encryptedPassword { words.append(Self.password(wanted.encryptedPassword)) }
            if !words.isEmpty {
                add(.roles, .role(wanted.name), ["ALTER ROLE \(name) \(words.joined(separator: " "))"])
            }
        } else {
            let words =
                ["LOGIN"] + options.map(\.sql)
                + (wanted.encryptedPassword == nil ? [] : [Self.password(wanted.encryptedPassword)])
            add(.roles, .role(wanted.name), ["CREATE ROLE \(name) \(words.joined(separator: " "))"])
        }
        put(CatalogPicture.Role(name: wanted.name, verifier: wanted.encryptedPassword))
        if let privileged, !picture.privileged.contains(wanted.name) {
            add(.memberships, .role(wanted.name), ["GRANT \(SQLText.identifier(privileged)) TO \(name)"])
            grantPrivilegedRole(to: wanted.name)
        }
    }

    /// Whatever is the role's, in whichever database, goes to that database's owner first; what was granted to it is
    /// taken back. A database that lets nobody in is opened for that long.
    mutating func remove(_ operations: [DeltaOperation]) {
        for operation in operations where operation.action == .deleteRole {
            guard role(operation.name) != nil else { continue }
            let name = SQLText.identifier(operation.name)
            releaseDatabases(of: operation.name)
            for holding in picture.holdings where holding.role == operation.name {
                guard let database = database(holding.database), !database.isInvalid else { continue }
                let heir = database.owner == operation.name ? CatalogName.administrator : database.owner
                let place = SQLText.identifier(database.name)
                let object = CatalogObject.holdings(ofRole: operation.name, database: database.name)
                if !database.allowsConnections {
                    add(.databases, object, ["ALTER DATABASE \(place) ALLOW_CONNECTIONS true"])
                }
                add(
                    .holdings, object, in: database.name,
                    ["REASSIGN OWNED BY \(name) TO \(SQLText.identifier(heir))", "DROP OWNED BY \(name)"])
                if !database.allowsConnections {
                    add(.removedRoles, object, ["ALTER DATABASE \(place) ALLOW_CONNECTIONS false"])
                }
            }
            add(.removedRoles, .role(operation.name), ["DROP ROLE IF EXISTS \(name)"])
        }
    }

    /// Whole databases, and rights to them, belong to the server: the first `REASSIGN OWNED` would give them to the owner of
    /// whichever database it is said in, and two that are said at once would meet at the same rows.
    private mutating func releaseDatabases(of role: String) {
        guard picture.holdings.contains(.init(role: role, database: CatalogStep.home)) else { return }
        let there = picture.databases.filter { !$0.isInvalid }
        let places = there.map { SQLText.identifier($0.name) }.joined(separator: ", ")
        let heir = SQLText.identifier(CatalogName.administrator)
        let statements = there.filter { $0.owner == role }.map {
            "ALTER DATABASE \(SQLText.identifier($0.name)) OWNER TO \(heir)"
        }
        add(
            .sharedHoldings, .holdings(ofRole: role, database: CatalogStep.home),
            statements + ["REVOKE ALL ON DATABASE \(places) FROM \(SQLText.identifier(role))"])
    }

    private static func password(_ verifier: String?) -> String {
        verifier.map { "PASSWORD \(SQLText.literal($0))" } ?? "PASSWORD NULL"
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
