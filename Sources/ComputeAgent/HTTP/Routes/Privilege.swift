internal import PostgresWire

/// What `/grants` may grant. PostgreSQL, “Privileges”.
enum Privilege: String, CaseIterable, Sendable {
    case select = "SELECT"
    case insert = "INSERT"
    case update = "UPDATE"
    case delete = "DELETE"
    case truncate = "TRUNCATE"
    case references = "REFERENCES"
    case trigger = "TRIGGER"
    case usage = "USAGE"
    case create = "CREATE"
    case connect = "CONNECT"
    case temporary = "TEMPORARY"
    case execute = "EXECUTE"

    /// On what each can be granted; on a schema alone most of them mean nothing.
    private enum Target { case schema, tables, functions, database }

    private var target: Target {
        switch self {
        case .usage, .create: .schema
        case .select, .insert, .update, .delete, .truncate, .references, .trigger: .tables
        case .execute: .functions
        case .connect, .temporary: .database
        }
    }

    /// - Throws: 400 unless it is a list of at least one of them.
    static func all(_ value: JSONValue?) throws(AgentHTTPFailure) -> [Privilege] {
        guard case .list(let items)? = value, !items.isEmpty, items.count <= 64 else {
            throw AgentHTTPFailure(400, "privileges: is not a list of privileges")
        }
        var found: [Privilege] = []
        for item in items {
            guard case .string(let word) = item, let privilege = Privilege(rawValue: word) else {
                throw AgentHTTPFailure(400, "privileges: holds something else than a privilege")
            }
            if !found.contains(privilege) { found.append(privilege) }
        }
        return found
    }

    static func statements(_ privileges: [Privilege], schema: String, database: String, role: String) -> [String] {
        let schema = SQLText.identifier(schema)
        let targets: [(Target, String)] = [
            (.schema, "SCHEMA \(schema)"), (.tables, "ALL TABLES IN SCHEMA \(schema)"),
            (.functions, "ALL FUNCTIONS IN SCHEMA \(schema)"), (.database, "DATABASE \(SQLText.identifier(database))"),
        ]
        return targets.compactMap { target, words in
            let granted = privileges.filter { $0.target == target }.map(\.rawValue)
            guard !granted.isEmpty else { return nil }
            return "GRANT \(granted.joined(separator: ", ")) ON \(words) TO \(SQLText.identifier(role))"
        }
    }
}
