internal import FoundationEssentials
package import Telemetry

/// A Postgres that knows all roles, and how to log in to it: `postgres://user:password@host:port/database`.
package struct ReferencePostgres: Sendable {
    package var host: String
    package var port: Int
    /// Must be allowed to read `pg_authid`.
    package var user: String
    package var database: String
    package var password: Secret<String>
    /// Whether it, and every session with it, is spoken to over TLS, and only as the host it is called.
    package var isSecured: Bool

    package struct Malformed: Error, Equatable, CustomStringConvertible {
        package var description: String
    }

    private static let defaultPort = 5432
    private static let defaultUser = "postgres"

    /// Reads a connection URI as far as it concerns us (PostgreSQL manual, 34.1.1.2): what is left out of it is `localhost`,
    /// 5432, `postgres` and a database called like the user; `sslmode` may be `disable` or `verify-full`.
    ///
    /// - Parameter password: in place of the one in the URI, which everybody can read in a list of processes.
    package init(uri: String, password: String?) throws(Malformed) {
        guard let parts = URLComponents(string: uri), ["postgres", "postgresql"].contains(parts.scheme) else {
            throw Malformed(description: "must be of the form postgres://user@host:port/database")
        }
        let host = parts.host ?? ""
        self.host = host.isEmpty ? "localhost" : host.trimmed { $0 == "[" || $0 == "]" }
        port = parts.port ?? Self.defaultPort
        let user = parts.user ?? ""
        self.user = user.isEmpty ? Self.defaultUser : user
        let database = String(parts.path.dropFirst())
        self.database = database.isEmpty ? self.user : database
        self.password = Secret(password ?? parts.password ?? "")
        isSecured = false
        for item in parts.queryItems ?? [] {
            switch (item.name, item.value) {
            case ("sslmode", "disable"): isSecured = false
            case ("sslmode", "verify-full"): isSecured = true
            case ("sslmode", _): throw Malformed(description: "sslmode must be disable or verify-full")
            default: throw Malformed(description: "“\(item.name.prefix(64))” is not understood; there is sslmode")
            }
        }
    }

    package var address: String { NetworkAddress(host: host, port: port).text }
}
