internal import NIOCore
internal import PostgresWire
internal import TLSEngine
internal import Telemetry
internal import Transport

/// Carries out what `StartupNegotiation` decides on a client's connection.
struct ClientHandshake: Sendable {
    enum Outcome: Sendable {
        /// - Parameter tls: what the client asked for in TLS, and what it was shown. `nil`: it speaks in clear.
        case startup(StartupMessage, tls: TLSPeer?)
        case cancel(CancelRequest)
    }

    /// Shown to clients. `nil`: everything in clear.
    let tls: TLSContext?
    let metrics: EdgeMetrics
    /// Whether TLS is only offered.
    var allowsClear = false

    /// Surplus behind the startup packet is the stream's next bytes.
    func perform(on stream: ByteStream, deadline: ContinuousClock.Instant) async throws -> Outcome {
        try await Deadline.run(until: deadline) { try await negotiate(on: stream) }
    }

    private func negotiate(on stream: ByteStream) async throws -> Outcome {
        var negotiation = StartupNegotiation(policy: tls == nil ? .unavailable : allowsClear ? .offered : .required)
        var buffer = ByteBuffer()
        var secured: TLSPeer?
        while true {
            switch negotiation.bytesReceived(&buffer) {
            case .read:
                try await readMore(from: stream, into: &buffer)
            case .reply(let byte):
                try await stream.write(ByteBuffer(bytes: [byte]))
            case .acceptTLS(let reply):
                let peer = try await secure(stream, reply: reply, firstBytes: buffer)
                buffer = ByteBuffer()
                secured = peer
                if case .refuse(let response) = negotiation.secured(alpn: peer.alpn) { throw response }
            case .startup(let message):
                if buffer.readableBytes > 0 { stream.unread(buffer) }
                return .startup(message, tls: secured)
            case .cancel(let request):
                return .cancel(request)
            case .refuse(let response):
                throw response
            }
        }
    }

    private func secure(_ stream: ByteStream, reply: UInt8?, firstBytes: ByteBuffer) async throws -> TLSPeer {
        guard let tls else { throw SessionEnd.unheard("TLS without a certificate") }
        let start = ContinuousClock.now
        if let reply { try await stream.write(ByteBuffer(bytes: [reply])) }
        let peer: TLSPeer
        do {
            peer = try await stream.acceptTLS(tls, firstBytes: firstBytes)
        } catch {
            metrics.tlsFailures.add(1)
            SessionObservation.current?.phase(.tls, took: start.duration(to: .now), failure: "\(error)")
            throw error
        }
        metrics.phase(.tls, took: start.duration(to: .now))
        return peer
    }

    private func readMore(from stream: ByteStream, into buffer: inout ByteBuffer) async throws {
        guard var bytes = try await stream.read() else {
            throw SessionEnd.unheard("the client left before it said who it is")
        }
        buffer.writeBuffer(&bytes)
    }
}
