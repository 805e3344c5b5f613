internal import TLSEngine

/// Remembers, beside the data directory, which roles and databases were last applied in full, and up to which migration,
/// so that an unchanged start says nothing to Postgres. A change made behind the agent's back is converged when the spec changes next.
struct AppliedMark: Equatable {
    let text: String

    /// Raised when the plan for one and the same spec changes.
    private static let planVersion = 2

    /// Every part carries its length, so that no two specs spell alike.
    ///
    /// - Parameter newest: the last migration there is, for who has a privileged role.
    init(of spec: ComputeSpec, privileged: String?, newest: Int = CatalogMigrations.newest) {
        let cluster = spec.cluster
        var spelled: [UInt8] = []
        func add(_ part: String?) {
            let bytes = part.map { Array($0.utf8) }
            spelled += Array("\(bytes?.count ?? -1):".utf8) + (bytes ?? [])
        }
        func add(_ options: [GenericOption]) {
            add("\(options.count)")
            for option in options {
                add(option.name)
                add(option.value)
            }
        }
        for role in cluster.roles {
            add("role")
            add(role.name)
            add(role.encryptedPassword)
            add(role.options)
        }
        for database in cluster.databases {
            add("database")
            add(database.name)
            add(database.owner)
            add(database.options)
        }
        for operation in spec.deltaOperations {
            add(operation.action.rawValue)
            add(operation.name)
            add(operation.newName)
        }
        add(privileged)
        if privileged != nil { add("\(newest)") }
        add(spec.operationUUID)
        add(spec.dropsSubscriptionsBeforeStart ? spec.branchMark : nil)
        // Which extensions are wanted hangs on these.
        add(cluster.setting("shared_preload_libraries")?.value)
        add(cluster.postgresqlConf)
        add("\(spec.auditLogLevel)")
        let digits = Digests.sha256(spelled).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        text = "\(Self.planVersion) \(digits)\n"
    }

    func isStored(beside directory: DataDirectory) -> Bool {
        OwnedFile.read(directory.appliedMarkPath) == Array(text.utf8)
    }

    func store(beside directory: DataDirectory) throws {
        try OwnedFile.write(text, to: directory.appliedMarkPath, owner: nil)
    }
}
