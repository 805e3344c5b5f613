package import NIOCore
package import PostgresWire

/// Why there is no session with a server.
package struct UpstreamFailure: Error, Equatable, CustomStringConvertible {
    package enum Reason: Equatable, Sendable {
        case dial(DialFailure.Reason)
        /// The server has no TLS, and we want it.
        case tlsRefused
        /// The handshake broke off.
        case tlsFailed
        /// The server's certificate is not trusted, or is somebody else's. Nothing was said to it.
        case identityMismatch
        /// The connection ended in the middle of the login.
        case closed
        /// The server said no; the frame is as it came.
        case rejected(ErrorResponse, frame: ByteBuffer)
        /// The server does not keep to the protocol, or could not prove itself.
        case violation(UpstreamLogin.Violation)
        case deadlinePassed
        /// The server took the connection, and left us without an answer that it owes.
        case silent
        /// The calling task was cancelled.
        case cancelled
    }

    package var reason: Reason
    /// For the operator: names the address.
    package var detail: String

    package init(_ reason: Reason, _ detail: String) {
        self.reason = reason
        self.detail = detail
    }

    /// Without the bytes of a rejection.
    package var description: String {
        switch reason {
        case .rejected(let response, _): "\(detail): \(response.sqlState) \(response.message)"
        case .dial, .tlsRefused, .tlsFailed, .identityMismatch, .closed, .violation, .deadlinePassed, .silent,
            .cancelled:
            "\(detail): \(reason)"
        }
    }
}
