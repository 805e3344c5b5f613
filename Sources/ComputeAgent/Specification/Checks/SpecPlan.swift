/// What this agent would do with a spec, in words for people and as JSON for scripts. Nothing is touched and nothing asked
/// for it, so that it can be had anywhere; no secret is in it.
package struct SpecPlan: Equatable, Sendable {
    package struct Remark: Equatable, Sendable {
        package var path: String
        package var text: String
    }

    package var storage: [String] = []
    package var pageservers: [String] = []
    package var files: [String] = []
    package var roles: [String] = []
    package var databases: [String] = []
    package var changes: [String] = []
    /// What is kept and not acted on, or has no effect.
    package var remarks: [Remark] = []

    /// - Parameters:
    ///   - spec: one without failures.
    ///   - control: what came beside it.
    package init(of spec: ComputeSpec, beside control: ComputeControl = ComputeControl()) {
        storage = Self.storage(of: spec)
        pageservers = Self.pageservers(of: spec)
        files = Self.files(of: spec)
        let concurrency = spec.skipCatalogUpdates ? ["nothing: skip_pg_catalog_updates is set"] : nil
        roles = concurrency ?? spec.cluster.roles.map(Self.role)
        databases = concurrency ?? spec.cluster.databases.map(Self.database)
        changes = concurrency ?? spec.deltaOperations.map(Self.change)
        remarks = SpecRemarks(of: spec, beside: control).remarks
    }

    private static func storage(of spec: ComputeSpec) -> [String] {
        var lines: [String]
        switch spec.storageMode {
        case .local: lines = ["data on this machine; made by initdb at the first start"]
        case .pageserver: lines = ["data in pageservers; PGDATA is made anew from a base backup at every start"]
        case .attached: lines = ["a Postgres that somebody else starts and stops; watched and reported"]
        }
        switch spec.mode {
        case .primary: lines.append("primary: reads and writes")
        case .static(let lsn): lines.append("static: read-only at \(lsn), whose pages are leased")
        case .replica: lines.append("replica: read-only, follows the primary")
        }
        if let tenant = spec.tenantID, let timeline = spec.timelineID {
            lines.append("tenant \(tenant), timeline \(timeline)")
        }
        if !spec.safekeeperConnstrings.isEmpty {
            let generation = spec.safekeepersGeneration.map { "generation \($0): " } ?? ""
            lines.append("safekeepers, \(generation)\(spec.safekeeperConnstrings.joined(separator: ", "))")
        }
        return lines
    }

    private static func pageservers(of spec: ComputeSpec) -> [String] {
        guard let info = (try? PageserverResolver.resolve(spec)) ?? nil else { return [] }
        let stripe = info.stripeSize.map { ", \($0) pages of 8 KiB a stripe" } ?? ""
        let count = info.shardCount == 0 ? "unsharded" : "\(info.shardCount) shards\(stripe)"
        return ["\(count); base backups over \(info.preferredProtocol.rawValue)"]
            + info.shards.map { shard in
                let first = shard.pageservers.first
                let number = first?.id.map { "pageserver \($0), " } ?? ""
                let others = shard.pageservers.count > 1 ? ", and \(shard.pageservers.count - 1) in reserve" : ""
                let urls = [first?.libpqURL, first?.grpcURL].compactMap { $0.map(withoutPassword) }
                return "shard \(shard.index): \(number)\(urls.joined(separator: " or "))\(others)"
            }
    }

    /// An address may carry a password, in its user part or as a word of its own.
    package static func withoutPassword(_ url: String) -> String {
        var shown = url.replacing(/(:\/\/[^\/@:]*):[^@\/]*@/) { "\($0.1):***@" }
        shown.replace(/password\s*=\s*('(?:[^'\\]|\\.)*'|[^\s&]+)/.ignoresCase()) { _ in "password=***" }
        return shown
    }

    private static func files(of spec: ComputeSpec) -> [String] {
        guard spec.storageMode != .attached else { return ["none: the other container's files are its own"] }
        let names = ["postgresql.conf", "pg_hba.conf", "pg_ident.conf", "server.crt", "server.key"]
        let given =
            spec.certificateFiles.map { ["server.crt is a copy of \($0.certificatePath), and follows it"] } ?? []
        let signals = spec.mode == .primary ? [] : ["standby.signal"]
        return names + given + signals + [
            "\(DataDirectory.overrideName) (empty but while roles and databases are applied)"
        ]
    }

    private static func role(_ role: ComputeSpec.Role) -> String {
        let login = role.encryptedPassword == nil ? "no password" : "SCRAM-SHA-256 verifier"
        return describe(role.name, "LOGIN, \(login)", role.options.compactMap { RoleOption($0)?.sql })
    }

    private static func database(_ database: ComputeSpec.Database) -> String {
        describe(
            database.name, "owner \(database.owner.debugDescription)",
            database.options.compactMap { DatabaseOption($0)?.sql })
    }

    private static func describe(_ name: String, _ what: String, _ options: [String]) -> String {
        "\(name.debugDescription): " + ([what] + options).joined(separator: ", ")
    }

    private static func change(_ operation: DeltaOperation) -> String {
        let what = operation.action.isOfRole ? "role" : "database"
        guard let newName = operation.newName, operation.action.isRename else {
            return "delete \(what) \(operation.name.debugDescription)"
        }
        return "rename \(what) \(operation.name.debugDescription) to \(newName.debugDescription)"
    }

    package var json: JSONValue {
        func list(_ texts: [String]) -> JSONValue { .list(texts.map(JSONValue.string)) }
        return .object([
            "storage": list(storage), "pageservers": list(pageservers), "files": list(files), "roles": list(roles),
            "databases": list(databases), "changes": list(changes),
            "remarks": .list(
                remarks.map { .object(["path": .string($0.path), "text": .string($0.text)]) }),
        ])
    }
}
