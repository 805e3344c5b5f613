internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import PostgresWire
internal import Subprocess
internal import Telemetry
internal import Transport

/// `/database_schema`: a database without its rows, as `pg_dump` tells it.
struct SchemaRoute {
    let context: AgentContext
    let database: DatabaseDesk
    let limit: Duration

    /// Dumps under way at once; each holds a session and locks.
    private static let turns = Turns(limit: 2)

    var route: AgentRoute {
        AgentRoute(
            method: .get, path: "/database_schema", listener: .external, needsToken: true,
            summary: "The schema of a database as SQL text.",
            parameters: [
                .init(
                    name: "database", place: .query, isRequired: true, schema: Schemas.name, summary: "Its name.")
            ],
            answers: [
                .init(200, "What pg_dump writes.", Schemas.text, mediaType: "text/plain"),
                .init(404, "There is no such database.", Schemas.error),
                .init(429, "Others are being read.", Schemas.error),
            ] + CatalogRoutes.failures
        ) { request in
            let name = try DatabaseDesk.checked(request.query["database"] ?? "", "database")
            let known = try await database.ask {
                try await $0.query("SELECT 1 FROM pg_catalog.pg_database WHERE datname = \(SQLText.literal(name))")
            }
            guard !known.isEmpty else { throw AgentHTTPFailure(404, "there is no such database") }
            guard let login = await context.keeper.login() else {
                throw AgentHTTPFailure(invalid: context.board.state)
            }
            guard let turn = Self.turns.take() else { throw AgentHTTPFailure(429, "other schemas are being read") }
            return AgentReply(mediaType: AgentReply.text) { writer in
                defer { withExtendedLifetime(turn) {} }
                try await dump(name, login, to: &writer)
            }
        }
    }

    /// As fast as the reader reads, but for no longer than the limit.
    private func dump(_ database: String, _ login: AdministratorLogin, to writer: inout any ResponseBodyWriter)
        async throws
    {
        let (chunks, source) = AsyncThrowingStream.makeStream(of: [UInt8].self)
        // One chunk is under way at a time: the next is read when this one is written.
        let (credits, spent) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                do {
                    try await TimeLimit.run(limit, "pg_dump") {
                        try await pump(database, login, credits) { source.yield($0) }
                    }
                    source.finish()
                } catch {
                    context.log.warning("a schema was not read to its end", metadata: ["error": "\(error)"])
                    source.finish(throwing: error)
                }
            }
            for try await chunk in chunks {
                try await writer.write(ByteBuffer(bytes: chunk))
                spent.yield()
            }
        }
    }

    private func pump(
        _ database: String, _ login: AdministratorLogin, _ credits: AsyncStream<Void>,
        into take: @escaping @Sendable ([UInt8]) -> Void
    ) async throws {
        // In quotes, so that a name with an equals sign in it is not taken for connection parameters.
        let name = "dbname='" + database.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
        login.ownSessions.begins()
        let result = try await Subprocess.run(
            .name("pg_dump"), arguments: ["--schema-only", "--no-password", name],
            environment: .custom(login.environment(for: context.configuration)),
            input: .none, output: .sequence, error: .discarded
        ) { execution in
            var credit = credits.makeAsyncIterator()
            for try await chunk in execution.standardOutput {
                take(chunk.bytes.withUnsafeBytes { Array($0) })
                guard await credit.next() != nil else { throw CancellationError() }
            }
        }
        guard result.terminationStatus.isSuccess else {
            // Most likely it could not log in; and who is counted for nothing only seems to be a client for a moment.
            login.ownSessions.cameToNothing()
            throw DumpFailure(description: "pg_dump failed: \(result.terminationStatus)")
        }
    }
}

/// A schema that could not be read to its end: the connection breaks off.
private struct DumpFailure: Error, CustomStringConvertible {
    var description: String
}
