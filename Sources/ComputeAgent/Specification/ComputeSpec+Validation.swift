internal import PostgresWire

extension ComputeSpec {
    /// Most roles, databases and settings one spec may list, each.
    package static let listLimit = 10_000

    /// Everything that can be known without touching the machine.
    ///
    /// - Throws: the first thing wrong, with its JSON path.
    package func validate() throws(SpecFailure) {
        guard formatVersion >= 1, formatVersion < 2 else {
            throw SpecFailure(at: "spec.format_version", "\(formatVersion) is not a version this agent reads")
        }
        try validateRoles()
        try validateDatabases()
        try validateSettings()
        let pageservers = try PageserverResolver.resolve(self)
        if storageMode == .neon { try validateRemoteStorage(pageservers) }
    }

    private func validateRoles() throws(SpecFailure) {
        let path = "spec.cluster.roles"
        try Self.refuseDuplicates(cluster.roles.map(\.name), at: path)
        for (position, role) in cluster.roles.enumerated() {
            let place = "\(path)[\(position)]"
            try Self.refuse(CatalogName.flaw(ofRole: role.name), of: role.name, at: place)
            if let secret = role.encryptedPassword, SCRAMVerifier.parse(secret) == nil {
                throw SpecFailure(at: place + ".encrypted_password", "is not a SCRAM-SHA-256 verifier")
            }
            for (position, option) in role.options.enumerated() where RoleOption(option) == nil {
                throw SpecFailure(at: "\(place).options[\(position)]", "“\(option.name)” is not supported for a role")
            }
        }
    }

    private func validateDatabases() throws(SpecFailure) {
        let path = "spec.cluster.databases"
        try Self.refuseDuplicates(cluster.databases.map(\.name), at: path)
        for (position, database) in cluster.databases.enumerated() {
            let place = "\(path)[\(position)]"
            try Self.refuse(CatalogName.flaw(ofDatabase: database.name), of: database.name, at: place)
            guard cluster.roles.contains(where: { $0.name == database.owner }) else {
                throw SpecFailure(at: place + ".owner", "“\(database.owner)” is not among the roles")
            }
            for (position, option) in database.options.enumerated() where DatabaseOption(option) == nil {
                throw SpecFailure(
                    at: "\(place).options[\(position)]", "“\(option.name)” is not supported for a database")
            }
        }
    }

    private func validateSettings() throws(SpecFailure) {
        let path = "spec.cluster.settings"
        try Self.refuseDuplicates(cluster.settings.map { $0.name.lowercased() }, at: path)
        for (position, setting) in cluster.settings.enumerated() {
            let place = "\(path)[\(position)]"
            guard GenericOption.isSettingName(setting.name) else {
                throw SpecFailure(at: place + ".name", "“\(setting.name)” is not the name of a setting")
            }
            guard let value = setting.value else { throw SpecFailure(at: place + ".value", "is missing") }
            guard !value.utf8.contains(0) else { throw SpecFailure(at: place + ".value", "contains a zero byte") }
            guard setting.vartype == "string" || GenericOption.isBareValue(value) else {
                throw SpecFailure(at: place + ".value", "“\(value)” is not a plain \(setting.vartype)")
            }
        }
        if let text = cluster.postgresqlConf, text.utf8.contains(0) {
            throw SpecFailure(at: "spec.cluster.postgresql_conf", "contains a zero byte")
        }
    }

    private func validateRemoteStorage(_ pageservers: PageserverConnectionInfo?) throws(SpecFailure) {
        guard let tenantID, Self.isHexIdentifier(tenantID) else {
            throw SpecFailure(at: "spec.tenant_id", "must be 32 hex digits")
        }
        guard let timelineID, Self.isHexIdentifier(timelineID) else {
            throw SpecFailure(at: "spec.timeline_id", "must be 32 hex digits")
        }
        guard pageservers != nil else {
            throw SpecFailure(at: "spec.pageserver_connection_info", "is missing, and no older field says it either")
        }
        guard !safekeeperConnstrings.isEmpty else {
            throw SpecFailure(at: "spec.safekeeper_connstrings", "a primary needs at least one")
        }
        try Self.refuseDuplicates(safekeeperConnstrings, at: "spec.safekeeper_connstrings")
    }

    private static func refuse(_ flaw: CatalogName.Flaw?, of name: String, at place: String) throws(SpecFailure) {
        if let flaw { throw SpecFailure(at: place + ".name", "“\(name)” \(flaw)") }
    }

    private static func refuseDuplicates(_ names: [String], at path: String) throws(SpecFailure) {
        guard names.count <= listLimit else { throw SpecFailure(at: path, "has more than \(listLimit) entries") }
        var seen: Set<String> = []
        for (position, name) in names.enumerated() where !seen.insert(name).inserted {
            throw SpecFailure(at: "\(path)[\(position)]", "“\(name)” is there twice")
        }
    }

    private static func isHexIdentifier(_ text: String) -> Bool {
        text.utf8.count == 32 && text.allSatisfy { $0.isASCII && $0.isHexDigit }
    }
}
