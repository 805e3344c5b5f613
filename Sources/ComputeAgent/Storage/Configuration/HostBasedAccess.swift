internal import PostgresWire

/// The texts of `pg_hba.conf` and `pg_ident.conf`: TLS and SCRAM or nothing. The first line that fits decides.
package enum HostBasedAccess {
    private static let loopback = ["127.0.0.1/32", "::1/128"]
    private static let header = "# Written by sidecar at every start; changes made here do not last."
    private static let mapName = "sidecar"

    /// - Parameters:
    ///   - listenHost: what Postgres listens on. Loopback lets only this machine in; anything else lets every address try,
    ///     but as the agent's superuser this machine alone: in a pod, the agent comes from the pod's own address.
    ///   - agentUser: who the agent is to the kernel, when it comes in over a socket of its own.
    package static func render(listenHost: String, agentUser: String? = nil) -> String {
        var lines = [header]
        if agentUser != nil { lines.append("local all \(CatalogName.administrator) peer map=\(mapName)") }
        if isLoopback(listenHost) {
            lines += loopback.map { "hostssl all all \($0) scram-sha-256" }
        } else {
            lines += ["hostssl all \(CatalogName.administrator) samehost scram-sha-256"]
            lines += ["host all \(CatalogName.administrator) all reject", "hostssl all all all scram-sha-256"]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Whom the kernel's users may be.
    package static func renderUserMap(agentUser: String?) -> String {
        let line = agentUser.map { "\(mapName) \"\($0)\" \(CatalogName.administrator)\n" } ?? ""
        return header + "\n" + line
    }

    package static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }
}
