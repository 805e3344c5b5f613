/// Why a socket never became a gRPC connection.
enum GRPCTransportFailure: Error, Equatable {
    case handshakeTimedOut
    /// TLS came up, but ALPN did not choose `h2`.
    case notHTTP2
    /// The certificate is good, but names somebody else.
    case unexpectedPeer
    case closed
}
