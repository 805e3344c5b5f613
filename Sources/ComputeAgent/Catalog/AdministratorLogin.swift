internal import NIOCore
internal import PostgresWire
internal import TLSEngine
internal import Telemetry
internal import Transport

/// How the agent logs in to its own Postgres.
struct AdministratorLogin: Sendable {
    enum Way: Sendable {
        /// Over TCP, by SCRAM.
        /// - Parameter trust: `nil` is in clear, for the loopback interface.
        case network(host: String, port: Int, trust: Trust?, password: Secret<String>)
        /// Over a socket in a folder that nobody else can enter; Postgres asks the kernel who we are.
        case socket(path: String)
    }

    /// Whom Postgres's certificate has to be from.
    struct Trust: Sendable {
        /// Of authorities, PEM; read at each login, since an authority is exchanged while we run.
        var file: String
        /// The name in the certificate.
        var serverName: String

        func context() throws -> TLSContext { try TLSContext.client(trustedCAFile: file) }
    }

    let way: Way
    var user = CatalogName.administrator
    let group: any EventLoopGroup
    /// Shared by all logins of one agent.
    let ownSessions: OwnSessions
    /// Of every statement said in its sessions, and of each wait for a lock.
    var limits = CatalogLimits()

    /// For dial, login and the first words together.
    static let limit: Duration = .seconds(10)
    private static let applicationName = "sidecar-agent"

    /// The first words of every session of ours. What we say may hold a verifier, so that no statement may reach the log,
    /// the statistics or anybody who reads those, whatever a spec says of either; and nothing on anybody's search path may
    /// stand in for what we call by its plain name.
    private func opening(withDiscretion isDiscreet: Bool) -> String {
        let settings =
            (isDiscreet ? Self.discretion : []) + [
                ("search_path", "''"), ("statement_timeout", "\(Self.milliseconds(limits.statement))"),
                ("lock_timeout", "\(Self.milliseconds(limits.lock))"), ("default_transaction_read_only", "off"),
            ]
        return settings.map { "SET \($0.0) = \($0.1)" }.joined(separator: "; ")
    }

    /// PostgreSQL, “Error Reporting and Logging” and “pg_stat_statements”: everything that passes the text of a statement
    /// on. A setting of a library that is not loaded does nothing. pgaudit writes verifiers as `<REDACTED>` by itself.
    private static let discretion = [
        ("log_min_error_statement", "panic"), ("log_statement", "none"), ("log_min_duration_statement", "-1"),
        ("log_min_duration_sample", "-1"), ("log_transaction_sample_rate", "0"), ("debug_print_parse", "off"),
        ("debug_print_rewritten", "off"), ("pg_stat_statements.track_utility", "off"),
    ]

    /// At least 1, for 0 would be for ever.
    private static func milliseconds(_ limit: Duration) -> Int64 { max(1, Int64(limit / .milliseconds(1))) }

    /// - Parameter mayBeOverheard: for who says nothing that must stay secret. Only a superuser may keep its statements from the
    ///   log, and a role that has lost that can still look around.
    func open(database: String = "postgres", mayBeOverheard: Bool = false) async throws -> PostgresConnection {
        let deadline = ContinuousClock.now.advanced(by: Self.limit)
        ownSessions.begins()
        let connection: PostgresConnection
        do {
            connection = try await connect(database: database, deadline: deadline)
        } catch {
            ownSessions.cameToNothing()
            throw error
        }
        do {
            try await TimeLimit.run(ContinuousClock.now.duration(to: deadline), "the first words to Postgres") {
                do {
                    _ = try await connection.query(opening(withDiscretion: true))
                } catch let refusal as PostgresServerError where mayBeOverheard && refusal.isForWantOfRights {
                    _ = try await connection.query(opening(withDiscretion: false))
                }
            }
            return connection
        } catch {
            await connection.close()
            throw error
        }
    }

    private func connect(database: String, deadline: ContinuousClock.Instant) async throws -> PostgresConnection {
        switch way {
        case .network(let host, let port, let trust, let password):
            try await PostgresConnection.connect(
                host: host, port: port, tls: try trust.map { (try $0.context(), $0.serverName) }, user: user,
                database: database,
                password: password, applicationName: Self.applicationName, deadline: deadline, on: group.next())
        case .socket(let path):
            try await PostgresConnection.connect(
                to: .socket(path),
                parameters: StartupParameters([
                    ("user", user), ("database", database),
                    ("application_name", Self.applicationName), ("client_encoding", "UTF8"),
                ]), token: nil, deadline: deadline, on: group.next())
        }
    }
}

extension PostgresServerError {
    var isForWantOfRights: Bool { sqlState.isForWantOfRights }
}

extension SQLState {
    /// What Postgres said, to a statement or to who wanted to log in; `nil` when it said nothing.
    init?(saidIn error: any Error) {
        if case .rejected(let response, _)? = (error as? UpstreamFailure)?.reason {
            self = response.sqlState
        } else if let said = error as? PostgresServerError {
            self = said.sqlState
        } else {
            return nil
        }
    }

    /// `insufficient_privilege`. PostgreSQL, Appendix A.
    var isForWantOfRights: Bool { text == "42501" }
}
