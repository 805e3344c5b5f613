internal import NIOCore
internal import PostgresWire
internal import TLSEngine
internal import Telemetry
internal import Transport

/// How the agent logs in to its own Postgres.
struct AdministratorLogin: Sendable {
    let host: String
    let port: Int
    let trust: TLSContext
    /// The name in Postgres's certificate.
    let serverName: String
    let password: Secret<String>
    let group: any EventLoopGroup

    /// For dial, login and the first words together.
    static let limit: Duration = .seconds(10)

    /// The first words of every session of ours. A statement that fails must not reach the log, for it may hold a
    /// verifier; and nothing on anybody's search path may stand in for what we call by its plain name.
    private static let opening = """
        SET log_min_error_statement = 'panic'; SET search_path = ''; SET statement_timeout = 0; \
        SET default_transaction_read_only = off
        """

    func open(database: String = "postgres") async throws -> PostgresConnection {
        let deadline = ContinuousClock.now.advanced(by: Self.limit)
        let connection = try await PostgresConnection.connect(
            host: host, port: port, tls: (trust, serverName), user: CatalogName.administrator, database: database,
            password: password, applicationName: "sidecar-agent",
            deadline: deadline, on: group.next())
        do {
            try await TimeLimit.run(ContinuousClock.now.duration(to: deadline), "the first words to Postgres") {
                _ = try await connection.query(Self.opening)
            }
            return connection
        } catch {
            await connection.close()
            throw error
        }
    }
}
