internal import GRPCLite
internal import Synchronization

/// What this agent can say of its roles' secrets: while Postgres serves, and once somebody watches for changes. A secret
/// given out before that could change without anybody noticing.
final class RoleSecretsDesk: Sendable {
    /// Questions in a second. Proxies remember what they are told, and limit their clients; this is for the rest.
    static let questionLimit = 500

    private struct State {
        var address = ""
        var reader: RoleSecretReader?
        var digest: String?
        var revision: UInt64 = 0
        var budget = QuestionBudget(limit: RoleSecretsDesk.questionLimit)
    }

    private let state = Mutex(State())
    private let unixMicros: @Sendable () -> Int64

    /// - Parameter unixMicros: the time of day, for revisions that differ from those of an earlier start.
    init(unixMicros: @escaping @Sendable () -> Int64 = UnixClock.micros) {
        self.unixMicros = unixMicros
    }

    /// Where proxies may ask, `host:port`; empty until it is known.
    var address: String { state.withLock { $0.address } }

    func listens(at address: String) { state.withLock { $0.address = address } }

    /// Postgres serves; this is how to ask it.
    func open(_ login: AdministratorLogin) {
        state.withLock { $0.reader = RoleSecretReader(login) }
    }

    /// Postgres is no longer watched.
    func close() async {
        let reader = state.withLock { state in
            state.digest = nil
            return state.reader.take()
        }
        await reader?.close()
    }

    /// The watch has seen this of the roles.
    ///
    /// - Returns: the new revision, when it is not what was seen before.
    func looked(_ digest: String) -> UInt64? {
        let now = UInt64(max(1, unixMicros()))
        return state.withLock { state in
            guard state.digest != digest else { return nil }
            state.digest = digest
            state.revision = max(now, state.revision + 1)
            return state.revision
        }
    }

    /// - Returns: the verifier as `pg_authid` has it, empty when there is none that is of use; and the revision that it is
    ///   at least as new as.
    func secret(of role: String) async throws -> (verifier: String, revision: UInt64) {
        let (reader, revision) = try question()
        return (try await reader.verifier(of: role) ?? "", revision)
    }

    /// - Returns: every role that can log in, by name; and the revision that they are at least as new as.
    func secrets() async throws -> (verifiers: [(role: String, verifier: String)], revision: UInt64) {
        let (reader, revision) = try question()
        return (try await reader.verifiers(), revision)
    }

    private func question() throws -> (RoleSecretReader, revision: UInt64) {
        try state.withLock { state in
            guard state.budget.take(at: .now) else { throw GRPCStatus(.resourceExhausted, "too many questions") }
            guard let reader = state.reader, state.digest != nil else {
                throw GRPCStatus(.unavailable, "the database is not running")
            }
            return (reader, state.revision)
        }
    }
}
