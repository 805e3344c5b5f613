package import NIOCore
internal import PostgresWire
internal import Transport

/// What an agent would do about roles, databases and extensions to a Postgres that runs, object by object. It is asked, in a
/// session that may only read, and nothing of it is changed. No verifier is shown.
package struct CatalogForecast: Equatable, Sendable {
    package struct Entry: Equatable, Sendable {
        package var object: String
        /// `database: statement;`, in the order in which they would be said. None: it is as it is to be.
        package var statements: [String] = []
        /// Why it cannot be had; `nil` when it can.
        package var problem: String?
    }

    /// What would be changed or cannot be had, in the order of the apply; then what is as it is to be.
    package private(set) var entries: [Entry] = []

    package var problems: [Entry] { entries.filter { $0.problem != nil } }

    private init() {}

    /// For login and all questions together.
    package static let limit: Duration = .seconds(30)

    /// - Parameters:
    ///   - spec: one without failures.
    ///   - attach: who may read `pg_authid` there, and how he gets in.
    ///   - privileged: ``CatalogPlan/init(from:to:privileged:)``.
    /// - Throws: what stands in the way of asking.
    package static func of(
        _ spec: ComputeSpec, host: String, port: Int, attach: AttachOptions, privileged: String?,
        on group: any EventLoopGroup
    ) async throws -> CatalogForecast {
        guard spec.mode == .primary, !spec.skipCatalogUpdates else { return CatalogForecast() }
        let login = try attach.login(host: host, port: port, group: group, ownSessions: OwnSessions())
        return try await TimeLimit.run(limit, "\(host):\(port)") {
            let session = try await login.open()
            do {
                try await session.query("SET default_transaction_read_only = on")
                let present = try await CatalogPicture.take(over: session, for: spec, privileged: privileged)
                var due: [CatalogMigrations.Migration] = []
                if let privileged {
                    due = try await CatalogMigrations.due(for: privileged, over: session).migrations
                }
                await session.close()
                let plan = CatalogPlan(from: present, to: spec, privileged: privileged)
                return CatalogForecast(plan, of: spec, migrations: due)
            } catch {
                await session.close()
                throw error
            }
        }
    }

    init(_ plan: CatalogPlan, of spec: ComputeSpec, migrations: [CatalogMigrations.Migration] = []) {
        for step in plan.steps {
            let statements = step.statements.map {
                "\(SQLText.identifier(step.database)): \(Self.hiding($0, of: spec));"
            }
            note(step.object) { $0.statements += statements }
        }
        for problem in plan.problems { note(problem.object) { $0.problem = problem.text } }
        for migration in migrations {
            note(.note("migration \(migration.id)")) {
                $0.statements += (migration.statements ?? []).map { "\(SQLText.identifier(CatalogStep.home)): \($0);" }
            }
        }
        for role in spec.cluster.roles { note(.role(role.name)) { _ in } }
        for database in spec.cluster.databases { note(.database(database.name)) { _ in } }
    }

    private mutating func note(_ object: CatalogObject, _ change: (inout Entry) -> Void) {
        let name = object.description
        let position = entries.firstIndex { $0.object == name } ?? entries.endIndex
        if position == entries.endIndex { entries.append(Entry(object: name)) }
        change(&entries[position])
    }

    private static func hiding(_ statement: String, of spec: ComputeSpec) -> String {
        guard statement.contains("PASSWORD") else { return statement }
        return spec.cluster.roles.compactMap(\.encryptedPassword).reduce(statement) { $0.replacing($1, with: "***") }
    }

    package var json: JSONValue {
        .list(
            entries.map { entry in
                .object([
                    "object": .string(entry.object), "statements": .list(entry.statements.map(JSONValue.string)),
                    "problem": entry.problem.map(JSONValue.string) ?? .null,
                ])
            })
    }
}
