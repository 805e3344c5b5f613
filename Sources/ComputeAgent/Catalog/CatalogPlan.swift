internal import PostgresWire

/// What must be said to Postgres so that its roles, databases and extensions are what a spec says.
///
/// Roles and databases that the spec does not list are left alone, unless an operation names them. Applied to its own
/// result, a plan is empty. Without a privileged role, a database belongs to its owner, who by that may do everything in
/// it, and to nobody else.
package struct CatalogPlan: Equatable, Sendable {
    /// What cannot be done, and why.
    package struct Problem: Equatable, Sendable {
        package var object: CatalogObject
        package var text: String
    }

    /// Ordered by stage.
    package private(set) var steps: [CatalogStep] = []
    package private(set) var problems: [Problem] = []

    package var isEmpty: Bool { steps.isEmpty && problems.isEmpty }
    package var statementCount: Int { steps.reduce(0) { $0 + $1.statements.count } }

    package func statements(of stage: CatalogStep.Stage) -> [String] {
        steps.filter { $0.stage == stage }.flatMap(\.statements)
    }

    /// - Parameter privileged: a role that may do in every database what its owner may, and that every role of the spec
    ///   is a member of. `nil`: there is none.
    package init(from present: CatalogPicture, to wanted: ComputeSpec, privileged: String? = nil) {
        var sketch = CatalogSketch(present)
        let drops = wanted.dropsSubscriptionsBeforeStart && present.subscriptionsDroppedFor != wanted.branchMark
        if let privileged { sketch.ensurePrivilegedRole(privileged) }
        sketch.dropInvalidDatabases()
        sketch.rename(wanted.deltaOperations)
        for role in wanted.cluster.roles { sketch.converge(role, privileged: privileged) }
        sketch.change(
            wanted.deltaOperations, keeping: Set(wanted.cluster.databases.map(\.name)),
            operation: wanted.operationUUID)
        for database in wanted.cluster.databases { sketch.converge(database, privileged: privileged) }
        sketch.remove(wanted.deltaOperations)
        if drops { sketch.dropInheritedSubscriptions(mark: wanted.branchMark) }
        sketch.installExtensions(audit: wanted.auditLogLevel)
        steps = CatalogStep.Stage.allCases.flatMap { stage in sketch.steps.filter { $0.stage == stage } }
        problems = sketch.problems
    }
}

extension ComputeSpec {
    /// Which branch the data is on.
    var branchMark: String { timelineID ?? "local" }
}
