internal import PostgresWire
internal import Transport

/// Answers questions that take a session of ours at Postgres, and words what goes wrong for whoever asks over HTTP.
struct DatabaseDesk: Sendable {
    let context: AgentContext
    /// For the login and all statements together.
    let limit: Duration

    /// - Throws: 412 while nothing serves or when what was asked for cannot be, 500 when Postgres cannot do it now, 504.
    func ask<Value: Sendable>(
        _ database: String = "postgres", _ work: @escaping @Sendable (PostgresConnection) async throws -> Value
    ) async throws(AgentHTTPFailure) -> Value {
        guard await context.keeper.isRunning, let login = await context.keeper.login() else {
            throw AgentHTTPFailure(invalid: context.board.state)
        }
        do {
            return try await TimeLimit.run(limit, "Postgres") {
                let connection = try await login.open(database: database, mayBeOverheard: true)
                do {
                    let value = try await work(connection)
                    await connection.close()
                    return value
                } catch {
                    await connection.close()
                    throw error
                }
            }
        } catch {
            throw Self.failure(error)
        }
    }

    /// A name as it stands in a request: not reserved or otherwise judged here, but fit to be put into a statement.
    static func name(_ fields: [String: JSONValue], _ field: String) throws(AgentHTTPFailure) -> String {
        guard case .string(let name)? = fields[field] else {
            throw AgentHTTPFailure(400, "\(field): is not a text")
        }
        return try checked(name, field)
    }

    static func checked(_ name: String, _ field: String) throws(AgentHTTPFailure) -> String {
        guard (1...CatalogName.byteLimit).contains(name.utf8.count),
            name.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else { throw AgentHTTPFailure(400, "\(field): is no name of PostgreSQL's") }
        return name
    }

    static func failure(_ error: any Error) -> AgentHTTPFailure {
        switch error {
        case let failure as AgentHTTPFailure: return failure
        case let failure as PostgresServerError: return Self.failure(failure.response)
        case let failure as UpstreamFailure:
            if case .rejected(let response, _) = failure.reason { return Self.failure(response) }
            return AgentHTTPFailure(500, "postgres cannot be reached")
        case is TimeLimit.Passed: return AgentHTTPFailure(504, "postgres did not answer in time")
        default: return AgentHTTPFailure(500, "postgres: \(error)")
        }
    }

    /// What the asker can put right is 412; what Postgres cannot do for now, 500. PostgreSQL, Appendix A.
    private static func failure(_ response: ErrorResponse) -> AgentHTTPFailure {
        let isForNow = ["08", "53", "57", "XX"].contains(String(response.sqlState.text.prefix(2)))
        let isInput = response.sqlState.text == "58P01" || !response.sqlState.text.hasPrefix("58")
        return AgentHTTPFailure(isForNow || !isInput ? 500 : 412, "\(response.sqlState) \(response.message)")
    }
}
