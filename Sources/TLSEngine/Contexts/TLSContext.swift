internal import Synchronization

/// How one side speaks TLS: certificates and keys, trusted authorities and protocols for any number of engines.
/// TLS 1.2 and 1.3; no renegotiation; resumption by tickets alone, so a context keeps nothing per session.
///
/// All that it holds can be exchanged at once (``adopt(_:)``), for files that change: engines that are there keep what
/// they began with.
package final class TLSContext: Sendable {
    private let current: Mutex<TLSContents>

    private init(_ contents: TLSContents) {
        current = Mutex(contents)
    }

    /// What an engine made now uses.
    var contents: TLSContents { current.withLock { $0 } }

    /// For the side that accepts connections.
    /// - Parameters:
    ///   - certificateFile: PEM, the leaf first, then the chain above it.
    ///   - privateKeyFile: PEM, not encrypted.
    ///   - alpn: the protocols served, best first. A client that offers others only is refused; one that offers none
    ///     is served. Empty: whatever a client offers is left unanswered.
    ///   - clientCAFile: PEM. When given, a client must show a certificate that leads to one of these.
    package static func server(
        certificateFile: String, privateKeyFile: String, alpn: [String] = [], clientCAFile: String? = nil
    ) throws(TLSFailure) -> TLSContext {
        TLSContext(
            TLSContents(
                try .server(
                    certificateFile: certificateFile, privateKeyFile: privateKeyFile, alpn: alpn,
                    clientCAFile: clientCAFile)))
    }

    /// For the side that accepts connections under several names: the certificate made out to the name that a client
    /// asks for, exactly or by a wildcard, is shown, or else the first. Where two are made out to one name, the earlier
    /// counts.
    /// - Parameter contexts: made by the other `server`, with the same protocols and client authorities.
    package static func server(_ first: TLSContext, _ contexts: [TLSContext]) -> TLSContext {
        TLSContext(TLSContents(([first] + contexts).map(\.contents.fallback)))
    }

    /// For the side that connects.
    /// - Parameters:
    ///   - trustedCAFile: PEM; the server's certificate must lead to one of these.
    ///   - systemRoots: whether one that this machine trusts is as good.
    ///   - certificateFile: what to show a server that asks; comes with `privateKeyFile`.
    ///   - alpn: the protocols offered, best first. Whether the server chose one is for the caller to look at.
    package static func client(
        trustedCAFile: String, systemRoots: Bool = false, certificateFile: String? = nil,
        privateKeyFile: String? = nil, alpn: [String] = []
    ) throws(TLSFailure) -> TLSContext {
        TLSContext(
            TLSContents(
                try .client(
                    trustedCAFile: trustedCAFile, systemRoots: systemRoots, certificateFile: certificateFile,
                    privateKeyFile: privateKeyFile, alpn: alpn)))
    }

    /// Takes what the other one holds now. Engines made from now on use it; resumption begins anew.
    package func adopt(_ other: TLSContext) {
        let contents = other.contents
        current.withLock { $0 = contents }
    }

    /// What is shown, the default first; empty on a side that shows nothing.
    package var certificates: [ServedCertificate] { contents.certificates }

    /// The domains, in lower case, under which every name is served: `localtest.me` of `*.localtest.me`.
    package var wildcardDomains: [String] { contents.wildcardDomains }
}
