internal import Subprocess
internal import Telemetry

extension AdministratorLogin {
    /// What a client program of PostgreSQL needs in its environment to be found, and to log in as we do. Holds the
    /// password, so it goes to a child and nowhere else.
    func environment(for configuration: AgentConfiguration) -> [Environment.Key: String] {
        var environment: [Environment.Key: String] = [
            "PATH": "\(configuration.binaries.folder):/usr/bin:/bin", "LANG": "C.UTF-8", "PGUSER": user,
            "PGAPPNAME": "sidecar-agent", "PGCONNECT_TIMEOUT": "10",
        ]
        switch way {
        case .network(let host, let port, let trust, let password):
            environment["PGHOST"] = host
            environment["PGPORT"] = "\(port)"
            environment["PGPASSWORD"] = password.reveal()
            environment["PGSSLMODE"] = trust == nil ? "disable" : "verify-ca"
            environment["PGSSLROOTCERT"] = trust?.file
        case .socket(let path):
            // `FOLDER/.s.PGSQL.PORT`
            let parts = path.split(separator: "/", omittingEmptySubsequences: false)
            environment["PGHOST"] = parts.dropLast().joined(separator: "/")
            environment["PGPORT"] = parts.last.flatMap { $0.split(separator: ".").last }.map(String.init)
        }
        return environment
    }
}
