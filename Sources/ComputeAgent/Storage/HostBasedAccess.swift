internal import PostgresWire

/// The text of `pg_hba.conf`: TLS and SCRAM or nothing. The first line that fits decides.
package enum HostBasedAccess {
    private static let loopback = ["127.0.0.1/32", "::1/128"]

    /// - Parameter listenHost: what Postgres listens on. Loopback lets only this machine in; anything else lets every
    ///   address try, but never as the agent's superuser.
    package static func render(listenHost: String) -> String {
        var lines = ["# Written by sidecar at every start; changes made here do not last."]
        if isLoopback(listenHost) {
            lines += loopback.map { "hostssl all all \($0) scram-sha-256" }
        } else {
            lines += loopback.map { "hostssl all \(CatalogName.administrator) \($0) scram-sha-256" }
            lines += ["host all \(CatalogName.administrator) all reject", "hostssl all all all scram-sha-256"]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    package static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }
}
