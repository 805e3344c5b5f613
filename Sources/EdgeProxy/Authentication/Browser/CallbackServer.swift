internal import Logging
internal import NIOCore
internal import PostgresWire
internal import TLSEngine
internal import Telemetry
internal import Transport

/// The mgmt listener: control planes connect to it as to a Postgres and say, in a simple query each, who has logged in.
///
/// They prove themselves with the fleet's token as their password, inside TLS, or in clear from this machine itself.
struct CallbackServer: Sendable {
    /// Connections at one time; one more is closed at once.
    static let connectionLimit = 64
    /// Bytes of one query. A login is a few hundred.
    private static let queryLimit = 64 * 1_024
    /// From accept to the password, and from one query to the next.
    private static let handshakeLimit: Duration = .seconds(15)
    private static let idleLimit: Duration = .seconds(300)

    let token: Secret<String>
    let tls: TLSContext
    let desk: LoginDesk
    let metrics: EdgeMetrics
    let logger: Logger

    /// The whole life of one connection. The stream is the caller's to close.
    func serve(_ stream: ByteStream) async {
        do {
            try await converse(on: stream)
        } catch is Deadline.Passed {
            // Nobody is owed an answer: the other side was silent.
            logger.info("a control plane's connection was silent for too long")
        } catch let response as ErrorResponse {
            logger.warning(
                "a callback was refused",
                metadata: ["peer": "\(ClientOrigin(stream))", "reason": "\(response.sqlState) \(response.message)"])
            try? await stream.write(response.encoded())
        } catch {
            logger.info("a control plane's connection ended", metadata: ["reason": "\(SessionEnd(error).detail)"])
        }
    }

    private func converse(on stream: ByteStream) async throws {
        var frames = LoginFrames(stream, bodyLimit: FrameReader.Limit.clientPassword)
        var server = MiniServer(demandsPassword: true)
        let deadline = ContinuousClock.now + Self.handshakeLimit
        guard try await isGreeted(stream, deadline: deadline) else { return }
        var action = server.begin()
        var isTrusted = false
        while true {
            switch action {
            case .send(let bytes):
                try await stream.write(bytes)
                action = .read
            case .read:
                let end = isTrusted ? .now + Self.idleLimit : deadline
                let (frame, rest) = try await Deadline.run(until: end) { [frames] in
                    var frames = frames
                    return (try await frames.next(), frames)
                }
                frames = rest
                action = frame.map { server.frameReceived($0) } ?? server.malformedFrameReceived()
            case .judge(let password):
                isTrusted = isToken(password.bytes)
                if isTrusted { frames.bodyLimit = Self.queryLimit } else { refused(stream) }
                action = server.passwordJudged(isRight: isTrusted)
            case .answer(let query):
                action = server.answered(await answer(query))
            case .close(let farewell):
                if farewell.readableBytes > 0 { try await stream.write(farewell) }
                return
            }
        }
    }

    /// - Returns: `false` for a cancel request: nothing here takes long enough to be cancelled.
    private func isGreeted(_ stream: ByteStream, deadline: ContinuousClock.Instant) async throws -> Bool {
        var handshake = ClientHandshake(tls: tls, metrics: metrics)
        handshake.allowsClear = ClientOrigin(stream).isThisMachine
        switch try await handshake.perform(on: stream, deadline: deadline) {
        case .startup: return true
        case .cancel: return false
        }
    }

    /// As long as it takes for a wrong token of any length.
    private func isToken(_ password: [UInt8]) -> Bool {
        Digests.equalInConstantTime(Digests.sha256(password), Digests.sha256(Array(token.reveal().utf8)))
    }

    private func answer(_ query: String) async -> MiniServer.Answer {
        guard let failure = await desk.deliver(Array(query.utf8)) else {
            logger.info("a login was delivered")
            return .row("ok")
        }
        logger.warning("a login was not delivered", metadata: ["reason": "\(failure)"])
        return .failure("Notify failed: \(failure)")
    }

    private func refused(_ stream: ByteStream) {
        logger.warning("a callback came with a wrong token", metadata: ["peer": "\(ClientOrigin(stream))"])
    }
}
