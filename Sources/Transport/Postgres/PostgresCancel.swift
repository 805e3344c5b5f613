package import NIOCore
package import PostgresWire
package import TLSEngine

/// Asks a server to cancel a session's query, on a connection of its own.
package enum PostgresCancel {
    package enum Outcome: Equatable, Sendable {
        /// The server has closed its side: it has acted, or will not.
        case done
        case failed(String)
    }

    /// Returns when the server has closed its side, and by the deadline at the latest.
    ///
    /// - Parameters:
    ///   - context: needed when the target has a server name; as the session did, so does its cancel request.
    ///   - opening: what goes before everything else on this connection, in clear: a PROXY header.
    package static func send(
        _ request: CancelRequest, to target: PostgresUpstream.Target, context: TLSContext?, on loop: any EventLoop,
        deadline: ContinuousClock.Instant, opening: (ByteStream) -> ByteBuffer = { _ in ByteBuffer() }
    ) async -> Outcome {
        let limit = ContinuousClock.now.duration(to: deadline)
        guard limit > .zero else { return .failed("no time left") }
        let stream: ByteStream
        do {
            stream = try await PostgresUpstream.dial(target, on: loop, limit: limit)
        } catch {
            return .failed("\(error)")
        }
        let outcome = await deliver(request, opening(stream), over: stream, target, context, deadline)
        if case .failed = outcome { await stream.abandon() } else { await stream.close() }
        return outcome
    }

    private static func deliver(
        _ request: CancelRequest, _ opening: ByteBuffer, over stream: ByteStream, _ target: PostgresUpstream.Target,
        _ context: TLSContext?,
        _ deadline: ContinuousClock.Instant
    ) async -> Outcome {
        do {
            try await Deadline.run(until: deadline) {
                var first = opening
                if let serverName = target.serverName {
                    first.writeImmutableBuffer(UpstreamLogin.tlsRequest)
                    try await secure(stream, context, serverName, asking: first)
                    first.clear()
                }
                first.writeImmutableBuffer(request.encoded())
                try await stream.write(first)
                while try await stream.read() != nil {}
            }
            return .done
        } catch let failure as StreamFailure where failure.reason == .reset || failure.reason == .truncated {
            // PostgreSQL ends a cancel connection without `close_notify`.
            return .done
        } catch {
            return .failed("\(error)")
        }
    }

    /// Asks for TLS, and shakes hands.
    static func secure(
        _ stream: ByteStream, _ context: TLSContext?, _ serverName: String, asking request: ByteBuffer
    ) async throws {
        try await stream.write(request)
        guard let reply = try await stream.read(), reply.readableBytesView.elementsEqual("S".utf8), let context else {
            throw UpstreamLogin.Violation.tlsRefused
        }
        _ = try await stream.connectTLS(context, serverName: serverName)
    }
}
