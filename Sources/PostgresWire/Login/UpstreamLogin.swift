package import NIOCore

/// Logs in to a server as a client: TLS if demanded, StartupMessage, SCRAM-SHA-256, and everything up to the first
/// ReadyForQuery.
///
/// The server has to prove itself: one that lets us in without SCRAM, or whose signature is wrong, is not our compute.
package struct UpstreamLogin: Sendable {
    package enum Action: Equatable, Sendable {
        /// Write these bytes, read one byte and say `tlsReplyReceived`.
        case askForTLS(ByteBuffer)
        /// Do the TLS handshake and say `tlsEstablished`.
        case startTLS
        /// Write these bytes and read the next frame.
        case send(ByteBuffer)
        /// Read the next frame.
        case read
        case ready(Ready)
        /// The server said no. The frame is as it came, fit to be passed on.
        case rejected(ErrorResponse, frame: ByteBuffer)
        case fail(Violation)
    }

    package struct Ready: Equatable, Sendable {
        /// ParameterStatus and NoticeResponse frames in the order they came, as they came.
        package var preamble: ByteBuffer
        /// Absent with a server that cannot cancel.
        package var cancelKey: CancelKey?
        package var transactionState: ReadyForQuery.TransactionState
    }

    package enum Violation: Error, Equatable {
        /// Answered the request for TLS with `N`, or with a byte that is no answer.
        case tlsRefused
        /// Bytes in clear behind the answer to the request for TLS.
        case bytesBeforeTLS(Int)
        /// Wants a proof that we cannot give, or none.
        case authenticationUnsupported(String)
        case scram(SCRAMClient.Violation)
        /// More ParameterStatus and NoticeResponse bytes than anybody needs.
        case preambleTooLarge
        case malformed
        case unexpectedMessage(tag: UInt8)
    }

    /// Bytes of ParameterStatus and NoticeResponse frames kept; PostgreSQL 15 sends about 400.
    package static let preambleLimit = 256 * 1_024

    private enum State {
        /// Next: `awaitingTLSReply`, `awaitingMechanisms`.
        case begun
        /// Next: `securing`, `ended`.
        case awaitingTLSReply
        /// Next: `awaitingMechanisms`, `ended`.
        case securing
        /// Next: `awaitingChallenge`, `ended`.
        case awaitingMechanisms
        /// Next: `awaitingSignature`, `ended`.
        case awaitingChallenge
        /// Next: `awaitingOK`, `ended`.
        case awaitingSignature
        /// Next: `awaitingReady`, `ended`.
        case awaitingOK
        /// Next: `ended`.
        case awaitingReady
        case ended
    }

    private let demandsTLS: Bool
    private let startup: StartupMessage
    private var exchange: SCRAMClient
    private var endPoint: [UInt8]?
    private var preamble = ByteBuffer()
    private var cancelKey: CancelKey?
    private var state = State.begun

    package init(demandsTLS: Bool, parameters: StartupParameters, exchange: SCRAMClient) {
        self.demandsTLS = demandsTLS
        startup = StartupMessage(version: .v3_0, parameters: parameters)
        self.exchange = exchange
    }

    /// The connection stands.
    package mutating func connected() -> Action {
        guard case .begun = state else { return fail(.malformed) }
        guard demandsTLS else { return sendStartup() }
        state = .awaitingTLSReply
        return .askForTLS(Self.tlsRequest)
    }

    /// SSLRequest, which a cancel request over TLS begins with too.
    package static var tlsRequest: ByteBuffer {
        var request = ByteBuffer()
        request.writeMultipleIntegers(UInt32(8), StartupCode.sslRequest)
        return request
    }

    /// - Parameter trailingBytes: how many more bytes came with the answer.
    package mutating func tlsReplyReceived(_ byte: UInt8, trailingBytes: Int) -> Action {
        guard case .awaitingTLSReply = state else { return fail(.malformed) }
        guard byte == UInt8(ascii: "S") else { return fail(.tlsRefused) }
        guard trailingBytes == 0 else { return fail(.bytesBeforeTLS(trailingBytes)) }
        state = .securing
        return .startTLS
    }

    /// - Parameter endPoint: the digest of the server's certificate, to bind the proof to (RFC 5929 §4.1).
    package mutating func tlsEstablished(endPoint: [UInt8]? = nil) -> Action {
        guard case .securing = state else { return fail(.malformed) }
        self.endPoint = endPoint
        return sendStartup()
    }

    package mutating func frameReceived(_ frame: Frame) -> Action {
        switch frame.tag {
        case ErrorResponse.tag: return rejected(frame)
        case NoticeResponse.tag: return keep(frame)
        case AuthenticationRequest.tag: return authenticate(frame)
        case ParameterStatus.tag, BackendKeyData.tag, ReadyForQuery.tag: return prepare(frame)
        case let tag: return fail(.unexpectedMessage(tag: tag))
        }
    }

    private mutating func sendStartup() -> Action {
        state = .awaitingMechanisms
        return .send(startup.encoded())
    }

    private mutating func rejected(_ frame: Frame) -> Action {
        switch state {
        case .begun, .awaitingTLSReply, .securing, .ended: return fail(.unexpectedMessage(tag: frame.tag))
        case .awaitingMechanisms, .awaitingChallenge, .awaitingSignature, .awaitingOK, .awaitingReady: break
        }
        guard let response = try? ErrorResponse(decoding: frame.body) else { return fail(.malformed) }
        state = .ended
        return .rejected(response, frame: frame.bytes)
    }

    private mutating func authenticate(_ frame: Frame) -> Action {
        guard let request = AuthenticationRequest(decoding: frame.body) else { return fail(.malformed) }
        do throws(SCRAMClient.Violation) {
            switch (state, request) {
            case (.awaitingMechanisms, .sasl(let mechanisms)): return begin(mechanisms)
            case (.awaitingMechanisms, .ok): return fail(.authenticationUnsupported("trust"))
            case (.awaitingMechanisms, .cleartextPassword): return fail(.authenticationUnsupported("password in clear"))
            case (.awaitingMechanisms, .other(let kind)): return fail(.authenticationUnsupported("kind \(kind)"))
            case (.awaitingChallenge, .saslContinue(let challenge)):
                return respond(try exchange.serverFirstReceived(challenge))
            case (.awaitingSignature, .saslFinal(let signature)):
                try exchange.serverFinalReceived(signature)
                state = .awaitingOK
                return .read
            case (.awaitingOK, .ok):
                state = .awaitingReady
                return .read
            case (_, .ok), (_, .cleartextPassword), (_, .sasl), (_, .saslContinue), (_, .saslFinal), (_, .other):
                return fail(.unexpectedMessage(tag: frame.tag))
            }
        } catch {
            return fail(.scram(error))
        }
    }

    private mutating func begin(_ mechanisms: [String]) -> Action {
        guard let mechanism = exchange.choose(among: mechanisms, endPoint: endPoint) else {
            return fail(.authenticationUnsupported(mechanisms.joined(separator: " ")))
        }
        state = .awaitingChallenge
        var buffer = ByteBuffer()
        SASLResponse.Initial(mechanism: mechanism.rawValue, data: exchange.clientFirst).encode(into: &buffer)
        return .send(buffer)
    }

    private mutating func respond(_ response: [UInt8]) -> Action {
        state = .awaitingSignature
        var buffer = ByteBuffer()
        SASLResponse.encode(response, into: &buffer)
        return .send(buffer)
    }

    private mutating func prepare(_ frame: Frame) -> Action {
        guard case .awaitingReady = state else { return fail(.unexpectedMessage(tag: frame.tag)) }
        switch frame.tag {
        case BackendKeyData.tag:
            guard let data = BackendKeyData(decoding: frame.body) else { return fail(.malformed) }
            cancelKey = data.key
            return .read
        case ReadyForQuery.tag:
            guard let ready = ReadyForQuery(decoding: frame.body) else { return fail(.malformed) }
            state = .ended
            return .ready(Ready(preamble: preamble, cancelKey: cancelKey, transactionState: ready.state))
        case _:
            return keep(frame)
        }
    }

    private mutating func keep(_ frame: Frame) -> Action {
        guard preamble.readableBytes + frame.bytes.readableBytes <= Self.preambleLimit else {
            return fail(.preambleTooLarge)
        }
        preamble.writeImmutableBuffer(frame.bytes)
        return .read
    }

    private mutating func fail(_ violation: Violation) -> Action {
        state = .ended
        return .fail(violation)
    }
}
