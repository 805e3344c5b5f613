internal import Logging
internal import PostgresWire
internal import Transport

/// Gets a configuration into the data directory, and a running Postgres to go by it, or leaves both as they were.
///
/// A configuration that Postgres cannot read never takes the place of one that it can: it is read by `postgres -C` first,
/// then by the running server before it is loaded, and then the server is asked what came of it.
struct ConfigurationStage: Sendable {
    let directory: DataDirectory
    let binaries: PostgresBinaries
    let user: SystemUser?
    let log: Logger

    /// How long the running server may take for what it is asked on the way. One that cannot answer, perhaps because its
    /// pages are out of reach until it learns their new address, is told to load the files all the same.
    static let answerLimit: Duration = .seconds(5)

    /// For a Postgres that is to be started.
    ///
    /// - Throws: when Postgres refuses it; what was there before is untouched.
    func install(_ files: ConfigurationFiles) async throws {
        let present = ConfigurationFiles(in: directory)
        if present?.conf != files.conf { try await check.refuseUnreadable(files.conf) }
        var exchange = try files.write(to: directory, owner: user)
        exchange.settle()
        try TemporaryOverride.clear(in: directory, owner: user)
    }

    /// For the Postgres that runs.
    ///
    /// - Parameters:
    ///   - isKnown: whether Postgres is known to go by the files that are there.
    ///   - mayGoUnchecked: whether it counts also when the agent's role lacks the rights to ask what Postgres makes of it.
    ///     What has changed beside the spec, a renewed certificate for one, must reach it all the same.
    ///   - open: a session of the superuser.
    ///   - reload: tells Postgres to read its files again.
    /// - Returns: settings that wait for a restart; `nil` when Postgres could not be asked.
    /// - Throws: when it was refused. The files are what they were before, and Postgres goes by them if it ever has.
    func apply(
        _ files: ConfigurationFiles, isKnown: Bool, mayGoUnchecked: Bool = true,
        open: @escaping @Sendable () async throws -> PostgresConnection,
        reload: @escaping @Sendable () -> Void
    ) async throws -> [String]? {
        let present = ConfigurationFiles(in: directory)
        guard present != files || !isKnown else {
            return await Self.ask(open) { try await ReloadOutcome.pendingRestart($0) }
        }
        if present?.conf != files.conf { try await check.refuseUnreadable(files.conf) }
        var exchange = try files.write(to: directory, owner: user)
        do {
            let refused = try await Self.ask(open, mayLackRights: mayGoUnchecked) {
                try await ReloadOutcome.problems($0)
            }
            try refuse(refused ?? [])
            let outcome = try await Self.ask(open, mayLackRights: mayGoUnchecked) {
                try await ReloadOutcome.read($0, after: reload)
            }
            if let outcome {
                try refuse(outcome.problems)
                exchange.settle()
                return outcome.pendingRestart
            }
            reload()
            log.warning("postgres was told to load its configuration; what came of it cannot be read")
            exchange.settle()
            return nil
        } catch {
            let isNew = !exchange.isEmpty
            exchange.takeBack()
            reload()
            log.warning(
                isNew
                    ? "went back to the configuration of before"
                    : "postgres does not go by the configuration that is there, and there is none to go back to",
                metadata: ["error": "\(error)"])
            throw error
        }
    }

    private var check: ConfigurationCheck {
        ConfigurationCheck(directory: directory, binaries: binaries, user: user)
    }

    private func refuse(_ problems: [String]) throws {
        guard !problems.isEmpty else { return }
        let words = problems.prefix(5).joined(separator: " | ")
        throw StorageFailure(.badConfiguration, "postgres refuses the configuration: \(words)")
    }

    /// - Returns: `nil` when there is no answer in time.
    static func ask<Answer: Sendable>(
        _ open: @escaping @Sendable () async throws -> PostgresConnection,
        _ question: @escaping @Sendable (PostgresConnection) async throws -> Answer
    ) async -> Answer? {
        try? await answer(open, question)
    }

    /// - Throws: for want of rights alone: that is an answer, and no wait makes it another.
    private static func ask<Answer: Sendable>(
        _ open: @escaping @Sendable () async throws -> PostgresConnection, mayLackRights: Bool,
        _ question: @escaping @Sendable (PostgresConnection) async throws -> Answer
    ) async throws -> Answer? {
        do {
            return try await answer(open, question)
        } catch {
            // Not a login that is refused by a rule: new files may be what mends that.
            if !mayLackRights, SQLState(saidIn: error)?.isForWantOfRights == true { throw error }
            return nil
        }
    }

    private static func answer<Answer: Sendable>(
        _ open: @escaping @Sendable () async throws -> PostgresConnection,
        _ question: @escaping @Sendable (PostgresConnection) async throws -> Answer
    ) async throws -> Answer {
        try await TimeLimit.run(Self.answerLimit, "a question to Postgres") {
            let session = try await open()
            do {
                let answer = try await question(session)
                await session.close()
                return answer
            } catch {
                await session.close()
                throw error
            }
        }
    }
}
