package import NIOCore

/// Takes a client from its first byte to a StartupMessage or a CancelRequest. PostgreSQL, “SSL Session Encryption”.
///
/// Each request for encryption may be made once. Direct TLS is known by its first byte and must agree on the
/// application protocol `postgresql`. Whatever stands in clear behind a request for encryption is refused: it could
/// only have been put there by somebody between the client and us.
package struct StartupNegotiation: Sendable {
    package enum TLSPolicy: Sendable {
        /// `N` to every request; a StartupMessage in clear is welcome.
        case unavailable
        /// Offered; a StartupMessage in clear is welcome.
        case offered
        /// Offered, and a StartupMessage in clear is refused. A CancelRequest is not: old clients know no other way.
        case required
    }

    package enum Action: Equatable, Sendable {
        /// Read more, append to the buffer and ask again.
        case read
        /// Write this byte and ask again.
        case reply(UInt8)
        /// Write `reply`, if any, hand the buffer's bytes to the TLS engine as its first ciphertext, and say `secured`.
        case acceptTLS(reply: UInt8?)
        case startup(StartupMessage)
        case cancel(CancelRequest)
        /// Write this and close.
        case refuse(ErrorResponse)
    }

    /// The application protocol of PostgreSQL inside TLS (IANA).
    package static let alpn = "postgresql"
    /// Content type of a TLS handshake record (RFC 8446 §5.1).
    private static let tlsHandshakeByte: UInt8 = 0x16

    private enum State {
        /// Next: `clear`, `securing`, `ended`.
        case first
        /// Something has been asked in clear. Next: `clear`, `securing`, `ended`.
        case clear(sslRefused: Bool, gssRefused: Bool)
        /// Next: `secured`, `ended`.
        case securing(direct: Bool)
        /// Next: `ended`.
        case secured
        case ended
    }

    private let policy: TLSPolicy
    private var state = State.first

    package init(policy: TLSPolicy) {
        self.policy = policy
    }

    /// Bytes have arrived, or the last reply has been written. Consumes from `buffer` only what it understood.
    package mutating func bytesReceived(_ buffer: inout ByteBuffer) -> Action {
        switch state {
        case .first:
            guard let byte = buffer.readableBytesView.first else { return .read }
            if byte == Self.tlsHandshakeByte { return acceptDirectTLS() }
        case .clear, .secured: break
        case .securing, .ended: return refuse("bytes were received while none were expected")
        }
        do throws(StartupPacket.Malformed) {
            guard let packet = try StartupPacket.read(from: &buffer) else { return .read }
            return handle(packet, trailingBytes: buffer.readableBytes)
        } catch {
            return refuse(error)
        }
    }

    /// The TLS handshake is done.
    /// - Returns: `read`, or what to refuse the client with.
    package mutating func secured(alpn: String?) -> Action {
        switch (state, alpn) {
        case (.securing(direct: true), nil):
            return refuse("a direct TLS connection must offer the application protocol `\(Self.alpn)`")
        case (.securing, let alpn?) where alpn != Self.alpn:
            return refuse("the application protocol must be `\(Self.alpn)`")
        case (.securing, _):
            state = .secured
            return .read
        case (.first, _), (.clear, _), (.secured, _), (.ended, _):
            return refuse("TLS was not asked for")
        }
    }

    private mutating func acceptDirectTLS() -> Action {
        switch policy {
        case .unavailable:
            return refuse("TLS is not available here")
        case .offered, .required:
            state = .securing(direct: true)
            return .acceptTLS(reply: nil)
        }
    }

    private mutating func handle(_ packet: StartupPacket, trailingBytes: Int) -> Action {
        switch packet {
        case .sslRequest: sslRequested(trailingBytes: trailingBytes)
        case .gssEncryptionRequest: gssEncryptionRequested(trailingBytes: trailingBytes)
        case .cancel(let request): end(with: .cancel(request))
        case .startup(let message): startupReceived(message)
        }
    }

    private mutating func sslRequested(trailingBytes: Int) -> Action {
        guard trailingBytes == 0 else { return refuseEarlyBytes() }
        let gssRefused: Bool
        switch state {
        case .first: gssRefused = false
        case .clear(sslRefused: false, let refused): gssRefused = refused
        case .clear(sslRefused: true, _), .securing, .secured, .ended: return refuse("TLS may be asked for once")
        }
        switch policy {
        case .unavailable:
            state = .clear(sslRefused: true, gssRefused: gssRefused)
            return .reply(UInt8(ascii: "N"))
        case .offered, .required:
            state = .securing(direct: false)
            return .acceptTLS(reply: UInt8(ascii: "S"))
        }
    }

    private mutating func gssEncryptionRequested(trailingBytes: Int) -> Action {
        guard trailingBytes == 0 else { return refuseEarlyBytes() }
        switch state {
        case .first: state = .clear(sslRefused: false, gssRefused: true)
        case .clear(let sslRefused, gssRefused: false): state = .clear(sslRefused: sslRefused, gssRefused: true)
        case .clear(_, gssRefused: true), .securing, .secured, .ended:
            return refuse("GSSAPI encryption may be asked for once, and not inside TLS")
        }
        return .reply(UInt8(ascii: "N"))
    }

    private mutating func startupReceived(_ message: StartupMessage) -> Action {
        switch (state, policy) {
        case (.secured, _), (_, .offered), (_, .unavailable):
            return end(with: .startup(message))
        case (.first, .required), (.clear, .required), (.securing, .required), (.ended, .required):
            let text = "connection is insecure (try using `sslmode=require`)"
            return end(with: .refuse(ErrorResponse(.invalidAuthorization, text)))
        }
    }

    private mutating func end(with action: Action) -> Action {
        state = .ended
        return action
    }

    private mutating func refuseEarlyBytes() -> Action {
        refuse("bytes were received before the answer to a request for encryption")
    }

    private mutating func refuse(_ text: String) -> Action {
        end(with: .refuse(ErrorResponse(.protocolViolation, text)))
    }

    private mutating func refuse(_ malformed: StartupPacket.Malformed) -> Action {
        switch malformed {
        case .unsupportedVersion(let version):
            let range = "\(ProtocolVersion.v3_0) to \(ProtocolVersion.v3_2)"
            let text = "unsupported frontend protocol \(version): server supports \(range)"
            return end(with: .refuse(ErrorResponse(.featureNotSupported, text)))
        case .length: return refuse("invalid length of startup packet")
        case .requestWithBody: return refuse("a request for encryption has no body")
        case .cancelKey: return refuse("malformed cancel key")
        case .parameters(.notTerminated), .parameters(.bytesAfterEnd):
            return refuse("invalid startup packet layout: expected terminator as last byte")
        case .parameters(.givenTwice(let name)):
            return refuse("Parameter '\(name)' is given twice in startup packet.")
        }
    }
}
