/// What a step is about, for its result.
package enum CatalogObject: Hashable, Sendable, CustomStringConvertible {
    case role(String)
    case database(String)
    /// In `postgres`.
    case installedExtension(String)
    case subscriptions(ofDatabase: String)
    case holdings(ofRole: String, database: String)
    /// What the agent writes down for its next start.
    case note(String)

    package var description: String {
        switch self {
        case .role(let name): "role \(name.debugDescription)"
        case .database(let name): "database \(name.debugDescription)"
        case .installedExtension(let name): "extension \(name.debugDescription)"
        case .subscriptions(let database): "subscriptions of database \(database.debugDescription)"
        case .holdings(let role, let database):
            "what role \(role.debugDescription) has in database \(database.debugDescription)"
        case .note(let what): what
        }
    }
}

/// Statements about one object, said one after the other in one database.
package struct CatalogStep: Equatable, Sendable {
    /// Whatever the next stage needs is there when this one is over.
    package enum Stage: Int, CaseIterable, Sendable {
        /// Of databases that are to go: a slot at a publisher must not hold its log for ever, nor us.
        case partingSubscriptions
        case privilegedRole, invalidDatabases, renamedRoles, roles, memberships
        /// Removed and renamed.
        case changedDatabases
        case databases, sharedHoldings, holdings, removedRoles, inheritedSubscriptions, extensions, notes
        /// Last, so that all of the above is written into the audit log.
        case audit

        /// Whether steps of it share sessions and round trips; the others each go their own way, several at a time.
        var isSequential: Bool {
            switch self {
            case .privilegedRole, .renamedRoles, .roles, .memberships, .sharedHoldings, .removedRoles, .extensions,
                .notes,
                .audit:
                true
            case .partingSubscriptions, .invalidDatabases, .changedDatabases, .databases, .holdings,
                .inheritedSubscriptions:
                false
            }
        }
    }

    package var stage: Stage
    package var object: CatalogObject
    /// Where to say it.
    package var database: String
    package var statements: [String]

    package static let home = "postgres"

    package init(
        _ stage: Stage, _ object: CatalogObject, in database: String = CatalogStep.home, _ statements: [String]
    ) {
        self.stage = stage
        self.object = object
        self.database = database
        self.statements = statements
    }
}
