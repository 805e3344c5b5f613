package import NIOCore

/// Logs in where the server does not prove itself by SCRAM: to a node of the storage, which takes a token in clear or asks
/// for nothing; and to our own Postgres over a socket that only we can reach, which knows us by who we are.
///
/// From the StartupMessage to the first ReadyForQuery. PostgreSQL, “Message Flow”, “Start-up”.
package struct TokenLogin: Sendable {
    package enum Action: Equatable, Sendable {
        /// Write these bytes and read the next frame.
        case send(ByteBuffer)
        /// Read the next frame.
        case read
        case ready
        case rejected(ErrorResponse)
        case fail(UpstreamLogin.Violation)
    }

    private enum State {
        /// Next: `awaitingRequest`.
        case begun
        /// Next: `awaitingVerdict`, `awaitingReady`, `ended`.
        case awaitingRequest
        /// Next: `awaitingReady`, `ended`.
        case awaitingVerdict
        /// Next: `ended`.
        case awaitingReady
        case ended
    }

    private let startup: StartupMessage
    private let token: [UInt8]?
    private var state = State.begun
    private var preambleBytes = 0

    /// - Parameter token: sent only when it is asked for. `nil`: a server that asks for one is not served.
    package init(parameters: StartupParameters, token: [UInt8]?) {
        startup = StartupMessage(version: .v3_0, parameters: parameters)
        self.token = token
    }

    package mutating func connected() -> Action {
        guard case .begun = state else { return fail(.malformed) }
        state = .awaitingRequest
        return .send(startup.encoded())
    }

    package mutating func frameReceived(_ frame: Frame) -> Action {
        switch (state, frame.tag) {
        case (.begun, _), (.ended, _):
            return fail(.unexpectedMessage(tag: frame.tag))
        case (_, ErrorResponse.tag):
            guard let response = try? ErrorResponse(decoding: frame.body) else { return fail(.malformed) }
            state = .ended
            return .rejected(response)
        case (.awaitingRequest, AuthenticationRequest.tag), (.awaitingVerdict, AuthenticationRequest.tag):
            return authenticate(frame)
        case (.awaitingReady, ReadyForQuery.tag):
            guard ReadyForQuery(decoding: frame.body) != nil else { return fail(.malformed) }
            state = .ended
            return .ready
        case (.awaitingReady, ParameterStatus.tag), (.awaitingReady, BackendKeyData.tag), (_, NoticeResponse.tag):
            preambleBytes += frame.bytes.readableBytes
            return preambleBytes <= UpstreamLogin.preambleLimit ? .read : fail(.preambleTooLarge)
        case (.awaitingRequest, let tag), (.awaitingVerdict, let tag), (.awaitingReady, let tag):
            return fail(.unexpectedMessage(tag: tag))
        }
    }

    private mutating func authenticate(_ frame: Frame) -> Action {
        guard let request = AuthenticationRequest(decoding: frame.body) else { return fail(.malformed) }
        switch (state, request) {
        case (_, .ok):
            state = .awaitingReady
            return .read
        case (.awaitingRequest, .cleartextPassword):
            guard let token else { return fail(.authenticationUnsupported("a token, and we have none")) }
            state = .awaitingVerdict
            var buffer = ByteBuffer()
            PasswordMessage(token).encode(into: &buffer)
            return .send(buffer)
        case (_, .cleartextPassword), (_, .saslContinue), (_, .saslFinal):
            return fail(.unexpectedMessage(tag: frame.tag))
        case (_, .sasl(let mechanisms)):
            return fail(.authenticationUnsupported(mechanisms.joined(separator: " ")))
        case (_, .other(let kind)):
            return fail(.authenticationUnsupported("kind \(kind)"))
        }
    }

    private mutating func fail(_ violation: UpstreamLogin.Violation) -> Action {
        state = .ended
        return .fail(violation)
    }
}
