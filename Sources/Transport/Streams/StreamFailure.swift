package import TLSEngine

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Why a stream cannot go on. A lawful end of the peer's bytes is not a failure: `ByteStream.read` answers `nil`.
package struct StreamFailure: Error, Equatable, CustomStringConvertible {
    package enum Reason: Equatable, Sendable {
        /// The peer, or the network, ended the connection without saying goodbye.
        case reset
        /// This side closed the stream.
        case closed
        /// TLS: the bytes ended without `close_notify`, so some may be missing.
        case truncated
        /// The TLS handshake or a record failed; `tls` says how.
        case tls
        /// Bytes stood in clear before the TLS handshake began (the attack of CVE-2021-23214 and CVE-2021-23222).
        case plaintextBeforeTLS
        /// A second task asked to read, or to shake hands, while another one waits. Our bug; ends that call alone.
        case inUse
        /// Any other error of the socket.
        case other
    }

    package var reason: Reason
    /// For the operator.
    package var detail: String
    /// What TLS said, when `reason` is `.tls` or `.truncated`.
    package var tls: TLSFailure?

    package init(_ reason: Reason, _ detail: String, tls: TLSFailure? = nil) {
        self.reason = reason
        self.detail = detail
        self.tls = tls
    }

    /// No more bytes come or go. Otherwise TLS alone has failed, and its alert may still be delivered.
    var isOfSocket: Bool { reason == .reset || reason == .other }

    package var description: String { "\(reason): \(detail)" }
}

extension StreamFailure {
    init(_ failure: TLSFailure) {
        self.init(failure.reason == .truncated ? .truncated : .tls, failure.detail, tls: failure)
    }

    /// - Parameter code: an `errno`.
    init(socketError code: CInt, _ detail: String) {
        let isReset = [ECONNRESET, EPIPE, ETIMEDOUT, EHOSTUNREACH].contains(code)
        self.init(isReset ? .reset : .other, detail)
    }
}
