package import NIOCore

/// Authenticates a client with SCRAM-SHA-256: from AuthenticationSASL to a proof, message by message.
///
/// AuthenticationOk is not sent here: whether the client may be told depends on its compute.
package struct ClientLogin: Sendable {
    package enum Action: Equatable, Sendable {
        /// Write these bytes and read the next frame.
        case send(ByteBuffer)
        /// The client knows the password. `confirmation` is the server-final message and AuthenticationOk, to be sent
        /// when the way to the compute stands.
        case verified(SCRAMKeys, confirmation: ByteBuffer)
        /// The proof does not fit the verifier. Say `verifierReplaced` if there may be a newer one; else as `refuse`.
        case doubt(ErrorResponse)
        /// Write this and close.
        case refuse(ErrorResponse)
    }

    private enum State {
        /// Next: `awaitingProof`, `ended`.
        case awaitingMechanism
        /// Next: `ended`.
        case awaitingProof
        case ended
    }

    /// What the client has chosen; `nil` before that.
    package private(set) var mechanism: SCRAMMechanism?
    private let role: String
    private var exchange: SCRAMServer
    private var state = State.awaitingMechanism

    /// - Parameter role: as the client wrote it; stands in the refusal.
    package init(role: String, exchange: SCRAMServer) {
        self.role = role
        self.exchange = exchange
    }

    /// What opens the exchange.
    package func begin(into buffer: inout ByteBuffer) {
        AuthenticationRequest.sasl(mechanisms: exchange.mechanisms.map(\.rawValue)).encode(into: &buffer)
    }

    package mutating func frameReceived(_ frame: Frame) -> Action {
        guard frame.tag == SASLResponse.tag else { return refuse(.malformed) }
        do throws(SCRAMServer.Refusal) {
            switch state {
            case .awaitingMechanism: return try challenge(SASLResponse.Initial(decoding: frame.body))
            case .awaitingProof:
                state = .ended
                return confirm(try exchange.clientFinalReceived(Array(frame.body.readableBytesView)))
            case .ended: return refuse(.malformed)
            }
        } catch .wrongProof {
            return .doubt(response(to: .wrongProof))
        } catch {
            return refuse(error)
        }
    }

    /// After `doubt`: the role has another verifier by now. Judges the same proof by it.
    package mutating func verifierReplaced(by newer: SCRAMVerifier) -> Action {
        do throws(SCRAMServer.Refusal) {
            return confirm(try exchange.verifierReplaced(by: newer))
        } catch {
            return refuse(error)
        }
    }

    /// The frame reader found no frame in what the client sent.
    package mutating func malformedFrameReceived() -> Action { refuse(.malformed) }

    private mutating func challenge(_ response: SASLResponse.Initial?) throws(SCRAMServer.Refusal) -> Action {
        guard let response, let data = response.data else { throw .malformed }
        let chosen = exchange.mechanisms.first { $0.rawValue == response.mechanism }
        guard let mechanism = chosen else {
            throw .unsupported(String(response.mechanism.prefix(64)))
        }
        var buffer = ByteBuffer()
        AuthenticationRequest.saslContinue(try exchange.clientFirstReceived(data, under: mechanism)).encode(
            into: &buffer)
        self.mechanism = mechanism
        state = .awaitingProof
        return .send(buffer)
    }

    private func confirm(_ proven: SCRAMServer.Proven) -> Action {
        var confirmation = ByteBuffer()
        AuthenticationRequest.saslFinal(proven.serverFinal).encode(into: &confirmation)
        AuthenticationRequest.ok.encode(into: &confirmation)
        return .verified(proven.keys, confirmation: confirmation)
    }

    private mutating func refuse(_ refusal: SCRAMServer.Refusal) -> Action {
        state = .ended
        return .refuse(response(to: refusal))
    }

    private func response(to refusal: SCRAMServer.Refusal) -> ErrorResponse {
        switch refusal {
        case .malformed, .channelBindingNotOffered, .channelBindingMissing, .downgraded:
            Self.violation
        case .channelBindingMismatch:
            ErrorResponse(.invalidAuthorization, "insecure connection: secure channel data mismatch")
        case .unsupported(let what):
            ErrorResponse(.featureNotSupported, "Unsupported authentication method: \(what)")
        case .wrongProof:
            Self.wrongPassword(of: role)
        }
    }

    /// The same words for a role that does not exist.
    package static func wrongPassword(of role: String) -> ErrorResponse {
        ErrorResponse(.invalidPassword, "password authentication failed for user \"\(role)\"")
    }

    /// What a client says is no message of the login, or not the one whose turn it is.
    package static let violation = ErrorResponse(.protocolViolation, "authentication protocol violation")
}
