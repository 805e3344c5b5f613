internal import Logging
internal import Transport

struct InstalledExtension: Hashable, Sendable {
    var name: String
    var version: String
    var isOwnedBySuperuser: Bool
}

/// Counts from time to time in how many databases each extension is installed. Each database takes a session, one after the
/// other, and not in the first moments of a compute, which are its clients'.
struct ExtensionCensus: AgentPart {
    /// After the compute runs.
    private static let settlingTime: Duration = .seconds(5)
    /// For one database.
    private static let limit: Duration = .seconds(10)
    private static let databasesQuery = """
        SELECT datname FROM pg_catalog.pg_database WHERE datallowconn AND datconnlimit OPERATOR(pg_catalog.<>) -2 ORDER BY 1
        """
    private static let extensionsQuery = """
        SELECT e.extname, e.extversion, r.rolsuper FROM pg_catalog.pg_extension e \
        JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) e.extowner
        """

    let context: AgentContext
    let interval: Duration

    func run() async {
        guard await context.board.first(of: [.running]) != nil else { return }
        var pause = min(interval, Self.settlingTime)
        // Nobody tells us of extensions that come and go. Ends with the agent.
        while (try? await Task.sleep(for: pause)) != nil {
            pause = interval
            do {
                if let found = try await count() { context.metrics.installed(found) }
            } catch {
                context.log.debug("extensions were not counted", metadata: ["error": "\(error)"])
            }
        }
    }

    /// - Returns: `nil` while nobody can be asked.
    private func count() async throws -> [InstalledExtension: Int]? {
        guard await context.keeper.isRunning, let login = await context.keeper.login() else { return nil }
        var found: [InstalledExtension: Int] = [:]
        for row in try await ask(login, "postgres", Self.databasesQuery) {
            guard let database = row.first ?? nil else { continue }
            // One that was removed since, or lets nobody in, keeps nobody from counting the others.
            guard let rows = try? await ask(login, database, Self.extensionsQuery) else { continue }
            for row in rows where row.count == 3 {
                guard let name = row[0], let version = row[1] else { continue }
                found[
                    InstalledExtension(name: name, version: version, isOwnedBySuperuser: row[2] == "t"), default: 0] +=
                    1
            }
        }
        return found
    }

    private func ask(_ login: AdministratorLogin, _ database: String, _ query: String) async throws -> [[String?]] {
        try await TimeLimit.run(Self.limit, "a count of extensions") {
            let session = try await login.open(database: database, mayBeOverheard: true)
            do {
                let rows = try await session.query(query)
                await session.close()
                return rows
            } catch {
                await session.close()
                throw error
            }
        }
    }
}
