package import NIOCore

/// A Postgres server that answers simple queries with one text each: from the end of a client's startup packet on.
/// PostgreSQL, “Message Flow”.
///
/// Of the extended protocol it knows as much as it takes to refuse it and go on.
package struct MiniServer: Sendable {
    package enum Action: Equatable, Sendable {
        /// Write these bytes and read the next frame.
        case send(ByteBuffer)
        /// Read the next frame.
        case read
        /// Look at the password and say `passwordJudged`.
        case judge(PasswordMessage)
        /// Find the answer and say `answered`.
        case answer(query: String)
        /// Write this, which may be nothing, and close.
        case close(ByteBuffer)
    }

    package enum Answer: Equatable, Sendable {
        /// One row of one column.
        case row(String)
        /// An error, after which the connection goes on.
        case failure(String)
    }

    private enum State {
        /// Next: `awaitingPassword`, `ready`.
        case begun
        /// Next: `judging`, `ended`.
        case awaitingPassword
        /// Next: `ready`, `ended`.
        case judging
        /// Next: `answering`, `skipping`, `ended`.
        case ready
        /// Next: `ready`.
        case answering
        /// A message of the extended protocol was refused: everything up to its Sync is read over. Next: `ready`, `ended`.
        case skipping
        case ended
    }

    private enum Tag {
        static let query = UInt8(ascii: "Q")
        static let terminate = UInt8(ascii: "X")
        static let sync = UInt8(ascii: "S")
        /// Parse, Bind, Describe, Execute, Close, Flush.
        static let extended = Set("PBDECH".utf8)
    }

    private let demandsPassword: Bool
    private var state = State.begun

    package init(demandsPassword: Bool) {
        self.demandsPassword = demandsPassword
    }

    /// What follows a StartupMessage.
    package mutating func begin() -> Action {
        guard case .begun = state else { return refuse("out of order") }
        guard demandsPassword else { return welcome() }
        state = .awaitingPassword
        var buffer = ByteBuffer()
        AuthenticationRequest.cleartextPassword.encode(into: &buffer)
        return .send(buffer)
    }

    package mutating func frameReceived(_ frame: Frame) -> Action {
        switch (state, frame.tag) {
        case (.awaitingPassword, PasswordMessage.tag):
            guard let message = try? PasswordMessage(decoding: frame.body) else { return refuse("malformed password") }
            state = .judging
            return .judge(message)
        case (.ready, Tag.query):
            return queried(frame.body)
        case (.ready, let tag) where Tag.extended.contains(tag):
            state = .skipping
            return .send(Self.error(.featureNotSupported, "only simple queries are answered here"))
        case (.skipping, Tag.sync), (.ready, Tag.sync):
            state = .ready
            return .send(Self.readyForQuery)
        case (.skipping, let tag) where Tag.extended.contains(tag): return .read
        case (.ready, Tag.terminate), (.skipping, Tag.terminate), (.awaitingPassword, Tag.terminate):
            state = .ended
            return .close(ByteBuffer())
        case (.begun, _), (.awaitingPassword, _), (.judging, _), (.ready, _), (.answering, _), (.skipping, _),
            (.ended, _):
            return refuse("unexpected message")
        }
    }

    package mutating func passwordJudged(isRight: Bool) -> Action {
        guard case .judging = state else { return refuse("out of order") }
        guard !isRight else { return welcome() }
        state = .ended
        return .close(ErrorResponse(.invalidPassword, "password authentication failed").encoded())
    }

    package mutating func answered(_ answer: Answer) -> Action {
        guard case .answering = state else { return refuse("out of order") }
        state = .ready
        var buffer = ByteBuffer()
        switch answer {
        case .row(let text): TextRow.encode(text, into: &buffer)
        case .failure(let text): buffer.writeImmutableBuffer(Self.error(.internalError, text))
        }
        buffer.writeImmutableBuffer(Self.readyForQuery)
        return .send(buffer)
    }

    /// The frame reader found no frame in what the client sent, or one too large.
    package mutating func malformedFrameReceived() -> Action { refuse("malformed message") }

    private mutating func queried(_ body: ByteBuffer) -> Action {
        var rest = body
        guard let text = rest.readTerminated(), rest.readableBytes == 0,
            let query = String(validating: text, as: UTF8.self)
        else { return refuse("malformed query") }
        // PostgreSQL calls a query of whitespace empty too; psql's `;` as well.
        if query.utf8.allSatisfy({ [0x20, 0x09, 0x0A, 0x0D, 0x3B].contains($0) }) {
            var buffer = ByteBuffer()
            TextRow.encodeEmptyQuery(into: &buffer)
            buffer.writeImmutableBuffer(Self.readyForQuery)
            return .send(buffer)
        }
        state = .answering
        return .answer(query: query)
    }

    private mutating func welcome() -> Action {
        state = .ready
        var buffer = ByteBuffer()
        AuthenticationRequest.ok.encode(into: &buffer)
        for (name, value) in Self.settings { ParameterStatus(name: name, value: value).encode(into: &buffer) }
        buffer.writeImmutableBuffer(Self.readyForQuery)
        return .send(buffer)
    }

    /// As Neon's mgmt listener says them; drivers look at the version.
    private static let settings = [
        ("client_encoding", "UTF8"), ("integer_datetimes", "on"), ("server_version", "14.1"),
        ("standard_conforming_strings", "on"),
    ]

    private static var readyForQuery: ByteBuffer {
        var buffer = ByteBuffer()
        ReadyForQuery(state: .idle).encode(into: &buffer)
        return buffer
    }

    private static func error(_ sqlState: SQLState, _ message: String) -> ByteBuffer {
        ErrorResponse(sqlState, message, severity: .error).encoded()
    }

    private mutating func refuse(_ text: String) -> Action {
        state = .ended
        return .close(ErrorResponse(.protocolViolation, text).encoded())
    }
}
