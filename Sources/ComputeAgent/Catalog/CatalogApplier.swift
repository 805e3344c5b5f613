internal import Logging
internal import Transport

/// Makes a running Postgres have the roles and databases of a spec.
struct CatalogApplier {
    let connection: PostgresConnection
    let log: Logger

    /// Two questions, then only what differs: all roles in one round trip, each database in its own.
    ///
    /// - Returns: how many statements that change something were needed.
    @discardableResult
    func apply(_ wanted: ComputeSpec.Cluster) async throws -> Int {
        let plan = CatalogPlan(from: try await look(), to: wanted)
        if !plan.roleStatements.isEmpty {
            _ = try await connection.query(plan.roleStatements.joined(separator: "; "))
        }
        for statement in plan.databaseStatements {
            _ = try await connection.query(statement)
        }
        let count = plan.roleStatements.count + plan.databaseStatements.count
        log.info("applied roles and databases", metadata: ["statements": "\(count)"])
        return count
    }

    func look() async throws -> CatalogPicture {
        CatalogPicture(
            roleRows: try await connection.query(CatalogPicture.rolesQuery),
            databaseRows: try await connection.query(CatalogPicture.databasesQuery))
    }
}
