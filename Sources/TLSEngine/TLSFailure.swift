/// What went wrong in TLS, with OpenSSL's own words.
package struct TLSFailure: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Reason: Equatable, Sendable {
        /// A certificate, key or CA file cannot be read or holds something else.
        case unusableFile
        /// The private key does not belong to the certificate.
        case keyMismatch
        /// The peer's certificate does not lead to a trusted one, is out of date or has another purpose.
        case peerNotTrusted
        /// The peer's certificate is sound but made out to another name.
        case nameMismatch
        /// A client certificate was demanded and none came.
        case noClientCertificate
        /// The client offered protocols (ALPN) and none of them is ours.
        case noCommonProtocol
        /// The peer sent a fatal alert: it refused us.
        case refusedByPeer
        /// The bytes ended without `close_notify`.
        case truncated
        /// Any other fault in the peer's bytes: not TLS at all, an old version, a bad record.
        case protocolViolation
        /// Used after it failed or was closed, or OpenSSL is out of memory.
        case unusable
    }

    package var reason: Reason
    /// For the operator: may name files and hosts.
    package var detail: String

    package init(_ reason: Reason, _ detail: String) {
        self.reason = reason
        self.detail = detail
    }

    package var description: String { "\(reason): \(detail)" }
}
