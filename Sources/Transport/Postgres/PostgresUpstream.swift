package import NIOCore
package import PostgresWire
package import TLSEngine

/// A session with a PostgreSQL server, from dial to its first ReadyForQuery.
package struct PostgresUpstream: Sendable {
    /// Where the server listens and who it has to be.
    package struct Target: Equatable, Sendable {
        package var host: String
        package var port: Int
        /// The name that its certificate must carry. `nil`: no TLS.
        package var serverName: String?

        package init(host: String, port: Int, serverName: String?) {
            self.host = host
            self.port = port
            self.serverName = serverName
        }
    }

    /// Ready to be used. Whatever the server said behind its ReadyForQuery is the stream's next bytes.
    package let stream: ByteStream
    /// ParameterStatus and NoticeResponse frames, as they came.
    package let preamble: ByteBuffer
    package let cancelKey: CancelKey?
    package let transactionState: ReadyForQuery.TransactionState

    /// Opens the connection; says nothing yet.
    package static func dial(
        _ target: Target, on loop: any EventLoop, limit: Duration
    ) async throws(UpstreamFailure) -> ByteStream {
        do throws(DialFailure) {
            return try await Dialer.connect(host: target.host, port: target.port, on: loop, timeout: limit)
        } catch {
            throw UpstreamFailure(error.reason == .cancelled ? .cancelled : .dial(error.reason), error.detail)
        }
    }

    /// Proves who the server is, then who we are. Closes the stream on any failure.
    ///
    /// - Parameters:
    ///   - context: needed when the target has a server name.
    ///   - deadline: for all of it.
    ///   - silenceLimit: for one answer that the server owes us. `nil`: the deadline alone.
    ///   - opening: goes before everything else, in clear: a PROXY header.
    package static func logIn(
        _ stream: ByteStream, to target: Target, context: TLSContext?, parameters: StartupParameters,
        credential: SCRAMClient.Credential, deadline: ContinuousClock.Instant,
        silenceLimit: Duration? = nil, opening: ByteBuffer = ByteBuffer()
    ) async throws(UpstreamFailure) -> PostgresUpstream {
        let detail = "\(target.host):\(target.port)"
        do {
            return try await Deadline.run(until: deadline, silenceLimit: silenceLimit) { pulse in
                try await exchange(
                    stream, to: target, context: context, parameters: parameters, credential: credential,
                    opening: opening, pulse: pulse)
            }
        } catch {
            // Not in order: there is nothing left to say, and to wait for a goodbye would take longer than the deadline.
            await stream.abandon()
            throw UpstreamFailure(reason(of: error), "\(detail): \(error)")
        }
    }

    private static func exchange(
        _ stream: ByteStream, to target: Target, context: TLSContext?, parameters: StartupParameters,
        credential: SCRAMClient.Credential, opening: ByteBuffer, pulse: Deadline.Pulse
    ) async throws -> PostgresUpstream {
        let exchange = SCRAMClient(
            credential: credential, nonceBytes: Digests.randomBytes(SCRAMClient.nonceByteCount),
            hashing: LibcryptoHashing())
        let serverName = target.serverName
        var login = UpstreamLogin(demandsTLS: serverName != nil, parameters: parameters, exchange: exchange)
        var reader = FrameReader(bodyLimit: FrameReader.Limit.upstreamLogin)
        var action = login.connected()
        var unsent = opening
        while true {
            switch action {
            case .askForTLS(let request):
                unsent.writeImmutableBuffer(request)
                try await stream.write(unsent)
                unsent.clear()
                guard var reply = try await stream.read(), let byte = reply.readInteger(as: UInt8.self) else {
                    throw Ended()
                }
                pulse.beat()
                action = login.tlsReplyReceived(byte, trailingBytes: reply.readableBytes)
            case .startTLS:
                guard let context, let serverName else { throw UpstreamLogin.Violation.tlsRefused }
                let peer = try await stream.connectTLS(context, serverName: serverName)
                pulse.beat()
                action = login.tlsEstablished(endPoint: peer.tlsServerEndPoint)
            case .send(let bytes):
                unsent.writeImmutableBuffer(bytes)
                try await stream.write(unsent)
                unsent.clear()
                action = login.frameReceived(try await nextFrame(&reader, from: stream, pulse))
            case .read:
                action = login.frameReceived(try await nextFrame(&reader, from: stream, pulse))
            case .ready(let ready):
                let surplus = reader.takeSurplus()
                if surplus.readableBytes > 0 { stream.unread(surplus) }
                return PostgresUpstream(
                    stream: stream, preamble: ready.preamble, cancelKey: ready.cancelKey,
                    transactionState: ready.transactionState)
            case .rejected(let response, let frame):
                throw Rejected(response: response, frame: frame)
            case .fail(let violation):
                throw violation
            }
        }
    }

    static func nextFrame(
        _ reader: inout FrameReader, from stream: ByteStream, _ pulse: Deadline.Pulse? = nil
    ) async throws -> Frame {
        while true {
            if let frame = try reader.next() { return frame }
            guard let bytes = try await stream.read() else { throw Ended() }
            pulse?.beat()
            reader.append(bytes)
        }
    }

    private struct Ended: Error, CustomStringConvertible {
        var description: String { "ended in the middle of the login" }
    }

    struct Rejected: Error, CustomStringConvertible {
        var response: ErrorResponse
        var frame: ByteBuffer
        var description: String { "\(response.sqlState) \(response.message)" }
    }

    static func reason(of error: any Error) -> UpstreamFailure.Reason {
        switch error {
        case let rejected as Rejected: .rejected(rejected.response, frame: rejected.frame)
        case UpstreamLogin.Violation.tlsRefused: .tlsRefused
        case let violation as UpstreamLogin.Violation: .violation(violation)
        case is FrameHeader.Malformed: .violation(.malformed)
        case is Deadline.Passed: .deadlinePassed
        case is Deadline.Silent: .silent
        case is CancellationError: .cancelled
        case let failure as StreamFailure: reason(of: failure)
        default: .closed
        }
    }

    private static func reason(of failure: StreamFailure) -> UpstreamFailure.Reason {
        switch (failure.reason, failure.tls?.reason) {
        case (.tls, .peerNotTrusted?), (.tls, .nameMismatch?): .identityMismatch
        case (.tls, _), (.plaintextBeforeTLS, _): .tlsFailed
        case (.reset, _), (.closed, _), (.truncated, _), (.inUse, _), (.other, _): .closed
        }
    }
}
