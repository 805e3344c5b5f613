internal import GRPCLite
internal import PostgresWire
internal import Transport

/// Reads secrets out of `pg_authid` over one session that is kept, one question after the other.
actor RoleSecretReader {
    /// Questions that may wait for the one before them.
    static let waiterLimit = 64
    /// Roles in one answer; they are kept in a Secret of Kubernetes, which holds 1 MiB.
    static let roleLimit = 3_000
    /// From a question's turn to its answer, a new session included.
    private static let answerLimit: Duration = .seconds(3)

    private let login: AdministratorLogin
    private var session: PostgresConnection?
    private var isAsking = false
    private var isClosed = false
    private var waiters: [CheckedContinuation<Void, Never>] = []

    init(_ login: AdministratorLogin) {
        self.login = login
    }

    /// - Parameter role: as a stranger wrote it.
    /// - Returns: `nil` when nobody can log in as this role, for whatever reason.
    func verifier(of role: String) async throws -> String? {
        guard let question = Self.question(about: role) else { return nil }
        return try await rows(of: question).first?.first ?? nil
    }

    /// Every role that can log in, by name.
    func verifiers() async throws -> [(role: String, verifier: String)] {
        let rows = try await rows(of: Self.questionAboutAll)
        guard rows.count <= Self.roleLimit else {
            throw GRPCStatus(.resourceExhausted, "more than \(Self.roleLimit) roles")
        }
        return rows.compactMap { row in
            guard row.count == 2, let role = row[0], let verifier = row[1] else { return nil }
            return (role, verifier)
        }
    }

    private func rows(of question: String) async throws -> [[String?]] {
        try await takeTurn()
        defer { passTurn() }
        guard !isClosed else { throw GRPCStatus(.unavailable, "the database is not running") }
        let kept = session
        do {
            let (used, rows) = try await TimeLimit.run(Self.answerLimit, "a role's secret") { [login] in
                if let kept, let rows = try await Self.rows(of: question, over: kept) { return (kept, rows) }
                // None yet, or it had ended since its last use.
                let fresh = try await login.open(mayBeOverheard: true)
                do {
                    return (fresh, try await fresh.query(question))
                } catch {
                    await fresh.close()
                    throw error
                }
            }
            if let kept, kept !== used { await kept.close() }
            // Who closed us meanwhile could not close what was just being opened; a smart stop would wait for it.
            guard !isClosed else {
                await used.close()
                throw GRPCStatus(.unavailable, "the database is not running")
            }
            session = used
            return rows
        } catch {
            await session?.close()
            session = nil
            throw GRPCStatus(.unavailable, "the database did not say")
        }
    }

    func close() async {
        isClosed = true
        await session?.close()
        session = nil
    }

    /// - Returns: `nil` for a name that no role can have, and for the agent's own.
    static let questionAboutAll = """
        SELECT rolname, rolpassword FROM pg_catalog.pg_authid WHERE rolname <> '\(CatalogName.administrator)' \
        AND rolpassword IS NOT NULL AND \(mayLogIn) ORDER BY rolname LIMIT \(roleLimit + 1)
        """

    private static let mayLogIn = "rolcanlogin AND (rolvaliduntil IS NULL OR rolvaliduntil > now())"

    static func question(about role: String) -> String? {
        // A longer name would be cut off on its way into the comparison, and match another role's.
        guard (1...CatalogName.byteLimit).contains(role.utf8.count), !role.utf8.contains(0),
            role != CatalogName.administrator
        else { return nil }
        return """
            SELECT rolpassword FROM pg_catalog.pg_authid WHERE rolname = \(SQLText.literal(role)) AND \(mayLogIn)
            """
    }

    private static func rows(of question: String, over session: PostgresConnection) async throws -> [[String?]]? {
        do {
            return try await session.query(question)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            return nil
        }
    }

    // MARK: - Turns

    private func takeTurn() async throws {
        guard isAsking else {
            isAsking = true
            return
        }
        guard waiters.count < Self.waiterLimit else { throw GRPCStatus(.resourceExhausted, "too many questions") }
        // Whoever is done hands the turn on, and every question ends by its limit.
        await withCheckedContinuation { waiters.append($0) }
    }

    private func passTurn() {
        if waiters.isEmpty { isAsking = false } else { waiters.removeFirst().resume() }
    }
}
