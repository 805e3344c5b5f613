package import NIOCore
internal import NIOPosix
package import PostgresWire
package import TLSEngine
package import Telemetry

extension PostgresConnection {
    /// Where a server is that does not prove itself by SCRAM.
    package enum Place: Equatable, Sendable, CustomStringConvertible {
        case host(String, port: Int)
        /// A socket in the file system: who may reach it is the folder's business.
        case socket(String)

        package var description: String {
            switch self {
            case .host(let host, let port): "\(host):\(port)"
            case .socket(let path): path
            }
        }
    }

    /// Logs in with a token in clear, or with nothing, as the server wishes.
    ///
    /// - Parameters:
    ///   - tls: a context and the name that the server's certificate must carry. `nil`: in clear.
    ///   - deadline: for dial and login together.
    /// - Throws: `UpstreamFailure`.
    package static func connect(
        to place: Place, tls: (context: TLSContext, serverName: String)? = nil, parameters: StartupParameters,
        token: Secret<String>?, deadline: ContinuousClock.Instant, on loop: (any EventLoop)? = nil
    ) async throws(UpstreamFailure) -> PostgresConnection {
        let loop = loop ?? MultiThreadedEventLoopGroup.singleton.any()
        let stream = try await dial(place, on: loop, limit: ContinuousClock.now.duration(to: deadline))
        do {
            try await Deadline.run(until: deadline) {
                if let tls {
                    try await PostgresCancel.secure(
                        stream, tls.context, tls.serverName, asking: UpstreamLogin.tlsRequest)
                }
                try await logIn(stream, parameters, token)
            }
        } catch {
            // Not in order: there is nothing left to say, and to wait for a goodbye would take longer than the deadline.
            await stream.abandon()
            throw UpstreamFailure(PostgresUpstream.reason(of: error), "\(place): \(error)")
        }
        return PostgresConnection(stream: stream)
    }

    private static func dial(
        _ place: Place, on loop: any EventLoop, limit: Duration
    ) async throws(UpstreamFailure) -> ByteStream {
        guard limit > .zero else { throw UpstreamFailure(.deadlinePassed, "\(place)") }
        do throws(DialFailure) {
            switch place {
            case .host(let host, let port):
                return try await Dialer.connect(host: host, port: port, on: loop, timeout: limit)
            case .socket(let path): return try await Dialer.connect(socket: path, on: loop, timeout: limit)
            }
        } catch {
            throw UpstreamFailure(error.reason == .cancelled ? .cancelled : .dial(error.reason), error.detail)
        }
    }

    private static func logIn(
        _ stream: ByteStream, _ parameters: StartupParameters, _ token: Secret<String>?
    ) async throws {
        var login = TokenLogin(parameters: parameters, token: token.map { Array($0.reveal().utf8) })
        var reader = FrameReader(bodyLimit: FrameReader.Limit.upstreamLogin)
        var action = login.connected()
        while true {
            switch action {
            case .send(let bytes): try await stream.write(bytes)
            case .read: break
            case .ready:
                let surplus = reader.takeSurplus()
                if surplus.readableBytes > 0 { stream.unread(surplus) }
                return
            case .rejected(let response): throw PostgresUpstream.Rejected(response: response, frame: response.encoded())
            case .fail(let violation): throw violation
            }
            action = login.frameReceived(try await PostgresUpstream.nextFrame(&reader, from: stream))
        }
    }

    /// Runs a command that is answered with a stream of bytes, and hands them on as they come: nothing is read from the
    /// server while `take` is busy.
    ///
    /// - Throws: `PostgresServerError` when the server refused or broke off; `Misuse`; `StreamFailure`,
    ///   `SimpleQuery.Failure`, `CancellationError`, and `take`'s own errors. The connection is closed after each of them.
    package func copyOut(
        _ command: String, _ take: @escaping @Sendable (ByteBuffer) async throws -> Void
    ) async throws {
        try begin()
        do {
            try await copy(command, take)
        } catch {
            await abandon()
            throw error
        }
        end()
    }

    private func copy(
        _ command: String, _ take: @Sendable (ByteBuffer) async throws -> Void
    ) async throws {
        var request = ByteBuffer()
        SimpleQuery.encode(command, into: &request)
        try await stream.write(request)
        var copy = CopyOut()
        var reader = reader
        while true {
            switch copy.frameReceived(try await PostgresUpstream.nextFrame(&reader, from: stream)) {
            case .read: continue
            case .chunk(let bytes): try await take(bytes)
            case .finished: return self.reader = reader
            case .refused(let response): throw PostgresServerError(response: response)
            case .fail(let failure): throw failure
            }
        }
    }
}
