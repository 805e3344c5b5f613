internal import Logging
internal import PostgresWire
internal import TLSEngine
internal import Telemetry
internal import Transport

/// Reads verifiers out of the reference Postgres, over a few connections that are kept. `RoleDirectory` in front of it
/// remembers, and asks once for everybody who waits.
package actor PostgresSecretSource: SecretSource {
    /// Connections at one time; more questions than these wait for one.
    private static let connectionLimit = 4
    /// From the question to its answer, a new connection included.
    private static let answerLimit: Duration = .seconds(10)

    private let server: ReferencePostgres
    private let tls: TLSContext?
    private let logger: Logger
    private var idle: [PostgresConnection] = []
    private var inUse = 0
    private var waiters: [CheckedContinuation<Void, Never>] = []

    /// - Parameter tls: needed when the server is to be spoken to over TLS.
    init(_ server: ReferencePostgres, tls: TLSContext?, logger: Logger) {
        self.server = server
        self.tls = tls
        self.logger = logger
    }

    package func accessControl(
        of key: RoleKey, session: SessionContext, patience: Duration?
    ) async throws(LookupFailure) -> EndpointAccess {
        let deadline = ContinuousClock.now + min(patience ?? Self.answerLimit, Self.answerLimit)
        await takePlace()
        defer { leavePlace() }
        let rows: [SimpleQuery.Row]
        do {
            rows = try await ask(Self.question(about: key.role), deadline: deadline)
        } catch {
            throw failure(error)
        }
        // Every endpoint is this server, so there is none that does not exist.
        guard let secret = rows.first?.first ?? nil else { return EndpointAccess(.noSecret, EndpointSettings()) }
        switch StoredSecret(secret) {
        case .scram(let verifier): return EndpointAccess(.verifier(verifier), EndpointSettings())
        case .outdated(let form): return EndpointAccess(.outdated(form), EndpointSettings())
        case nil: throw LookupFailure(reason: .controlPlaneRefused, detail: "rolpassword is no whole verifier")
        }
    }

    /// - Parameter role: as a stranger wrote it.
    static func question(about role: String) -> String {
        "select rolpassword from pg_catalog.pg_authid where rolname = \(SQLText.literal(role))"
    }

    private func ask(_ sql: String, deadline: ContinuousClock.Instant) async throws -> [SimpleQuery.Row] {
        if let kept = idle.popLast() {
            do {
                return try await ask(sql, over: kept, deadline: deadline)
            } catch let error as PostgresServerError where error.response.fields.severity == .error {
                throw error
            } catch  where ContinuousClock.now < deadline {
                // It had ended since its last use. The others may have as well.
                for connection in idle { await connection.close() }
                idle = []
            }
        }
        let connection = try await PostgresConnection.connect(
            host: server.host, port: server.port,
            tls: server.isSecured ? tls.map { (context: $0, serverName: server.host) } : nil, user: server.user,
            database: server.database, password: prepared, deadline: deadline)
        return try await ask(sql, over: connection, deadline: deadline)
    }

    private func ask(
        _ sql: String, over connection: PostgresConnection, deadline: ContinuousClock.Instant
    ) async throws -> [SimpleQuery.Row] {
        // A query that is cancelled closes its connection.
        let rows = try await Deadline.run(until: deadline) { try await connection.query(sql) }
        idle.append(connection)
        return rows
    }

    private var prepared: Secret<String> {
        let bytes = SASLprep.prepare(Array(server.password.reveal().utf8))
        return Secret(String(decoding: bytes, as: UTF8.self))
    }

    private func failure(_ error: any Error) -> LookupFailure {
        let isAnswer =
            if case .rejected? = (error as? UpstreamFailure)?.reason { true } else { error is PostgresServerError }
        logger.warning(
            "the Postgres that keeps the roles did not say",
            metadata: ["address": "\(server.address)", "error": "\(error)"])
        return LookupFailure(
            reason: isAnswer ? .controlPlaneRefused : .controlPlaneUnreachable, detail: "\(server.address): \(error)")
    }

    // MARK: - Places

    private func takePlace() async {
        if inUse < Self.connectionLimit {
            inUse += 1
            return
        }
        // Whoever leaves hands the place on. Each question ends by its own deadline, so this wait ends too.
        await withCheckedContinuation { waiters.append($0) }
    }

    private func leavePlace() {
        if waiters.isEmpty { inUse -= 1 } else { waiters.removeFirst().resume() }
    }
}
