internal import PostgresWire

/// What the agent's role must be allowed at its Postgres for the agent to do its work.
package enum AgentRight: String, CaseIterable, Sendable {
    /// What every session does. Without it the sessions of others have no state, and nobody can tell who is served.
    case sessions = "pg_read_all_stats"
    /// The roles' secrets.
    case secrets = "pg_authid"
    /// Everything, which changing roles, databases and settings takes.
    case everything = "superuser"

    /// One value for each right, in their order.
    static let columns = """
        pg_has_role('pg_read_all_stats', 'USAGE'), has_table_privilege('pg_catalog.pg_authid', 'SELECT'), \
        (SELECT r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname = current_user)
        """

    /// Whether Postgres has answered, and does not let the agent in, or not ask.
    static func areMissing(after error: any Error) -> Bool {
        guard let said = SQLState(saidIn: error) else { return false }
        return said.isForWantOfRights || said == .invalidAuthorization
    }

    /// What comes of it that it is missing, for people.
    var consequence: String {
        switch self {
        case .sessions: "nobody can tell who is served"
        case .secrets: "proxies cannot be told of roles"
        case .everything: "no role, database or setting can be changed"
        }
    }
}

/// Tells when a right was lost, and when it is back.
package struct RightsTracker: Sendable {
    private var told: Set<AgentRight> = []

    package init() {}

    /// - Parameter missing: at a look just now.
    /// - Returns: the same in order, when it is something else than before.
    package mutating func looked(_ missing: Set<AgentRight>) -> [AgentRight]? {
        guard missing != told else { return nil }
        told = missing
        return AgentRight.allCases.filter(missing.contains)
    }
}
