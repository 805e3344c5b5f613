package import NIOCore
internal import NIOPosix
package import PostgresWire
package import TLSEngine
package import Telemetry

/// A statement that the server refused, or a session that it ended.
package struct PostgresServerError: Error, Equatable, CustomStringConvertible {
    package var response: ErrorResponse

    package var sqlState: SQLState { response.sqlState }
    package var description: String { "\(response.sqlState) \(response.message)" }
}

/// A client of one PostgreSQL server that sends simple queries, one at a time.
package actor PostgresConnection {
    package enum Misuse: Error, Equatable {
        /// Another task's query is under way.
        case busy
        /// An earlier query was cancelled or failed in a way that leaves the connection unusable.
        case closed
    }

    private enum State { case idle, busy, closed }

    let stream: ByteStream
    var reader = FrameReader(bodyLimit: FrameReader.Limit.queryAnswer)
    private var state = State.idle

    /// - Parameter stream: logged in.
    init(stream: ByteStream) {
        self.stream = stream
    }

    /// - Parameters:
    ///   - tls: a context and the name that the server's certificate must carry. `nil`: in clear.
    ///   - password: made of ASCII, or prepared with SASLprep already.
    ///   - deadline: for dial and login together.
    ///   - loop: where the connection lives; one of the process's shared loops by default.
    /// - Throws: `UpstreamFailure`.
    package static func connect(
        host: String, port: Int, tls: (context: TLSContext, serverName: String)? = nil, user: String, database: String,
        password: Secret<String>, applicationName: String = "sidecar", deadline: ContinuousClock.Instant,
        on loop: (any EventLoop)? = nil
    ) async throws(UpstreamFailure) -> PostgresConnection {
        let target = PostgresUpstream.Target(host: host, port: port, serverName: tls?.serverName)
        let limit = ContinuousClock.now.duration(to: deadline)
        guard limit > .zero else { throw UpstreamFailure(.deadlinePassed, "\(host):\(port)") }
        let loop = loop ?? MultiThreadedEventLoopGroup.singleton.any()
        let stream = try await PostgresUpstream.dial(target, on: loop, limit: limit)
        let parameters = StartupParameters([
            ("user", user), ("database", database), ("application_name", applicationName), ("client_encoding", "UTF8"),
        ])
        let upstream = try await PostgresUpstream.logIn(
            stream, to: target, context: tls?.context, parameters: parameters,
            credential: .password(Array(password.reveal().utf8)), deadline: deadline)
        return PostgresConnection(stream: upstream.stream)
    }

    /// Runs one or more statements; the rows are the last statement's, their values as text.
    ///
    /// - Throws: `PostgresServerError`, after which the connection goes on unless the error was fatal; `Misuse`;
    ///   `StreamFailure`, `SimpleQuery.Failure` or `CancellationError`, after which it is closed.
    @discardableResult
    package func query(_ sql: String) async throws -> [SimpleQuery.Row] {
        try begin()
        let answer: Result<[SimpleQuery.Row], PostgresServerError>
        do {
            answer = try await run(sql)
        } catch {
            // Nothing is left to say, and to wait for a goodbye would take longer than the caller may have.
            await abandon()
            throw error
        }
        end()
        return try answer.get()
    }

    func begin() throws(Misuse) {
        switch state {
        case .idle: state = .busy
        case .busy: throw .busy
        case .closed: throw .closed
        }
    }

    func end() { state = .idle }

    /// Closes without a word, in the middle of whatever is under way.
    func abandon() async {
        state = .closed
        await stream.abandon()
    }

    /// Says goodbye and closes. Safe to call again.
    package func close() async {
        if state == .idle {
            var goodbye = ByteBuffer()
            SimpleQuery.encodeTerminate(into: &goodbye)
            // It fails only when the connection is gone already.
            try? await stream.write(goodbye)
        }
        state = .closed
        await stream.close()
    }

    private func run(_ sql: String) async throws -> Result<[SimpleQuery.Row], PostgresServerError> {
        var request = ByteBuffer()
        SimpleQuery.encode(sql, into: &request)
        try await stream.write(request)
        var query = SimpleQuery()
        while true {
            guard let frame = try reader.next() else {
                guard let bytes = try await stream.read() else {
                    throw StreamFailure(.closed, "the server ended the connection")
                }
                reader.append(bytes)
                continue
            }
            switch query.frameReceived(frame) {
            case .read: continue
            case .finished(let rows): return .success(rows)
            case .refused(let response): return .failure(PostgresServerError(response: response))
            case .fail(.fatal(let response)): throw PostgresServerError(response: response)
            case .fail(let failure): throw failure
            }
        }
    }
}
