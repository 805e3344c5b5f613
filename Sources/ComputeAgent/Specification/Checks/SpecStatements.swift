internal import PostgresWire

/// What an agent would say to a PostgreSQL that has nothing of a spec yet but what its changes are about, for people. No
/// server is asked, and no verifier is shown.
package struct SpecStatements: Equatable, Sendable {
    private static let hidden = "***"

    /// `database: statement;`, in the order in which they are said; what cannot be done as a remark of SQL.
    package private(set) var lines: [String] = []

    /// - Parameters:
    ///   - spec: one without failures.
    ///   - privileged: ``CatalogPlan/init(from:to:privileged:)``.
    package init(of spec: ComputeSpec, privileged: String? = nil) {
        guard spec.mode == .primary, !spec.skipCatalogUpdates else { return }
        var wanted = spec
        for position in wanted.cluster.roles.indices where wanted.cluster.roles[position].encryptedPassword != nil {
            wanted.cluster.roles[position].encryptedPassword = Self.hidden
        }
        let plan = CatalogPlan(from: Self.fresh(for: spec), to: wanted, privileged: privileged)
        lines = plan.steps.flatMap { step in
            step.statements.map { "\(SQLText.identifier(step.database)): \($0);" }
        }
        lines += plan.problems.map { "-- \($0.object): \($0.text)" }
    }

    /// As `initdb` leaves it, with what the changes of the spec are about, and every extension there might be.
    private static func fresh(for spec: ComputeSpec) -> CatalogPicture {
        let owner = CatalogName.administrator
        let operations = spec.deltaOperations
        var picture = CatalogPicture(
            roles: [CatalogPicture.Role(name: owner, verifier: nil)]
                + operations.filter(\.action.isOfRole).map { CatalogPicture.Role(name: $0.name, verifier: nil) },
            databases: [CatalogPicture.Database(name: CatalogStep.home, owner: owner)]
                + operations.filter { !$0.action.isOfRole }.map { CatalogPicture.Database(name: $0.name, owner: owner) }
        )
        let name = "shared_preload_libraries"
        let libraries =
            spec.cluster.setting(name)?.value
            ?? spec.cluster.postgresqlConf.flatMap { PostgresConfText.value(of: name, in: $0) } ?? ""
        picture.preloadedLibraries = libraries.split(separator: ",").map { $0.filter { $0 != " " && $0 != "\"" } }
        for name in picture.preloadedLibraries + ["pgaudit", "pgauditlogtofile"] {
            picture.availableExtensions[name] = ""
        }
        return picture
    }
}
