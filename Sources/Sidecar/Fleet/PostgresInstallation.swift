internal import ComputeAgent

/// Which Postgres a fleet starts, and as whom.
enum PostgresInstallation {
    /// - Parameter path: from `--pgbin`: a `postgres` program or its folder.
    static func find(_ path: String?) throws -> PostgresBinaries {
        if let path {
            guard let found = PostgresBinaries(postgres: path) else {
                throw CommandFailure.badConfiguration(
                    "--pgbin: no PostgreSQL server in \(path); install one with: apt-get install postgresql-15")
            }
            return found
        }
        guard let found = PostgresBinaries.installed() else {
            throw CommandFailure.badConfiguration(
                "no PostgreSQL found; install one with: apt-get install postgresql-15, or name one with --pgbin")
        }
        return found
    }

    /// - Parameter requested: from `--run-as`.
    /// - Returns: `nil` when Postgres runs as we do.
    static func user(_ requested: String?) throws -> SystemUser? {
        do {
            return try SystemUser.forPostgres(requested: requested)
        } catch {
            throw CommandFailure.badConfiguration("\(error)")
        }
    }
}
