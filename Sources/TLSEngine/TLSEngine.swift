internal import COpenSSL

/// One TLS connection without a socket: ciphertext goes in, and plaintext and ciphertext come out through `TLSOutput`.
///
/// The one owner of an `SSL *`. Belongs to one event loop; takes no copies between calls, so whatever is not read at
/// once is read by OpenSSL itself, which keeps at most one record.
///
/// After a call threw, the engine only throws again; ciphertext that came out before (the alert) should still be sent.
@safe package final class TLSEngine {
    /// What a client demands of the server's certificate besides leading to a trusted authority.
    package enum NameCheck: Equatable, Sendable {
        /// It is made out to the server name, or to that IP address.
        case required
        /// Nothing: the caller looks at `TLSPeer.uriNames` instead.
        case none
    }

    package private(set) var isEstablished = false
    /// The peer sent `close_notify`: it has said everything it wanted to say.
    package private(set) var hasPeerFinished = false
    /// What the first failing call threw.
    package private(set) var failure: TLSFailure?

    private let handle: OpaquePointer
    private let contents: TLSContents
    private let wire: MemoryBIO
    private var output: any TLSOutput
    private var hasFinished = false

    private init(_ context: TLSContext, output: any TLSOutput) throws(TLSFailure) {
        OpenSSLErrors.clear()
        contents = context.contents
        guard let connection = unsafe SSL_new(contents.fallback.handle) else {
            throw TLSFailure(.unusable, OpenSSLErrors.drain(or: "out of memory").text)
        }
        unsafe handle = connection
        self.output = output
        wire = MemoryBIO(output: output)
        try unsafe wire.attach(to: connection)
    }

    /// The server's side. Says nothing before the client's first bytes.
    package convenience init(accepting context: TLSContext, output: any TLSOutput) throws(TLSFailure) {
        try self.init(context, output: output)
        unsafe SSL_set_accept_state(handle)
        unsafe contents.attach(to: handle)
    }

    /// The client's side; `start()` makes its first bytes.
    /// - Parameter serverName: a DNS name, sent as SNI, or an IP address, which is not (RFC 6066 §3).
    package convenience init(
        connectingWith context: TLSContext, serverName: String, nameCheck: NameCheck = .required,
        output: any TLSOutput
    ) throws(TLSFailure) {
        try self.init(context, output: output)
        unsafe SSL_set_connect_state(handle)
        try expect(serverName, nameCheck)
    }

    deinit {
        unsafe SSL_free(handle)
    }

    /// From the next call on, what comes out goes there.
    package func redirect(to output: any TLSOutput) {
        self.output = output
        wire.redirect(to: output)
    }

    /// Bytes came that no call could make use of yet: the front of a record.
    package var holdsUnreadBytes: Bool { unsafe SSL_has_pending(handle) == 1 }

    /// Begins the handshake: a client greets, a server waits.
    package func start() throws(TLSFailure) {
        try ensureUsable()
        try shakeHands()
    }

    /// Takes all of `ciphertext`, however it is cut, and puts out what it leads to.
    package func receive(_ ciphertext: RawSpan) throws(TLSFailure) {
        try ensureUsable()
        try wire.lend(ciphertext) { () throws(TLSFailure) in
            if !isEstablished { try shakeHands() }
            if isEstablished { try readRecords() }
        }
    }

    /// The transport has no more bytes. Throws `.truncated` unless the peer had finished.
    package func receiveEnd() throws(TLSFailure) {
        try ensureUsable()
        guard !hasPeerFinished else { return }
        let phase = isEstablished ? "without close_notify" : "during the handshake"
        throw fail(TLSFailure(.truncated, "the peer ended the connection \(phase)"))
    }

    /// Encrypts all of `plaintext`. Only once established.
    package func send(_ plaintext: RawSpan) throws(TLSFailure) {
        try ensureUsable()
        guard isEstablished, !hasFinished else {
            throw TLSFailure(.unusable, isEstablished ? "sent after close_notify" : "sent before the handshake")
        }
        guard plaintext.byteCount > 0 else { return }
        OpenSSLErrors.clear()
        let written = unsafe plaintext.withUnsafeBytes { raw in
            unsafe SSL_write(handle, raw.baseAddress, CInt(clamping: raw.count))
        }
        guard written == CInt(clamping: plaintext.byteCount) else { throw failed(written) }
    }

    /// Says `close_notify`: nothing more will be sent. The peer may go on. Does nothing before the handshake is over.
    package func finish() {
        guard failure == nil, isEstablished, !hasFinished else { return }
        hasFinished = true
        OpenSSLErrors.clear()
        // 0 means "sent, and theirs is still to come"; an error here changes nothing any more.
        _ = unsafe SSL_shutdown(handle)
    }

    /// What the handshake told. Meaningful once established.
    package var peer: TLSPeer {
        var peer = TLSPeer(tlsVersion: unsafe String(cString: SSL_get_version(handle)))
        if unsafe SSL_is_server(handle) == 1, let name = unsafe SSL_get_servername(handle, TLSEXT_NAMETYPE_host_name) {
            unsafe peer.serverName = String(cString: name)
        }
        peer.alpn = chosenProtocol
        if let certificate = unsafe SSL_get0_peer_certificate(handle) {
            unsafe SubjectNames.read(from: certificate, into: &peer)
        }
        if let certificate = unsafe serverCertificate { unsafe peer.tlsServerEndPoint = EndPointDigest.of(certificate) }
        return peer
    }

    /// The one that was shown in this handshake, or in the one that it resumes.
    private var serverCertificate: OpaquePointer? {
        unsafe SSL_is_server(handle) == 1 ? SSL_get_certificate(handle) : SSL_get0_peer_certificate(handle)
    }

    private var chosenProtocol: String? {
        var name: UnsafePointer<UInt8>?
        var length: CUnsignedInt = 0
        unsafe SSL_get0_alpn_selected(handle, &name, &length)
        guard length > 0, let name = unsafe name else { return nil }
        return unsafe String(decoding: UnsafeBufferPointer(start: name, count: Int(length)), as: UTF8.self)
    }

    private func expect(_ serverName: String, _ check: NameCheck) throws(TLSFailure) {
        guard !serverName.isEmpty || check == .none else { throw TLSFailure(.unusable, "no server name to verify") }
        OpenSSLErrors.clear()
        let parameters = unsafe SSL_get0_param(handle)
        let probe = unsafe a2i_IPADDRESS(serverName)
        let isAddress = unsafe probe != nil
        unsafe ASN1_OCTET_STRING_free(probe)
        OpenSSLErrors.clear()
        var done: CInt = 1
        if !isAddress && !serverName.isEmpty {
            done = unsafe sidecar_SSL_set_server_name(handle, serverName)
        }
        if check == .required && done == 1 {
            // Names in the subject are no proof (RFC 6125 §6.4.4); only alternative names are looked at.
            unsafe X509_VERIFY_PARAM_set_hostflags(
                parameters, CUnsignedInt(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT))
            done =
                unsafe isAddress
                ? X509_VERIFY_PARAM_set1_ip_asc(parameters, serverName)
                : X509_VERIFY_PARAM_set1_host(parameters, serverName, serverName.utf8.count)
        }
        guard done == 1 else {
            throw TLSFailure(.unusable, "server name \(serverName): \(OpenSSLErrors.drain(or: "refused").text)")
        }
    }

    private func ensureUsable() throws(TLSFailure) {
        if let failure { throw failure }
    }

    private func shakeHands() throws(TLSFailure) {
        OpenSSLErrors.clear()
        let result = unsafe SSL_do_handshake(handle)
        if result == 1 {
            isEstablished = true
        } else if unsafe SSL_get_error(handle, result) != SSL_ERROR_WANT_READ {
            throw failed(result)
        }
    }

    /// A read never asks for less room than this, so that a record's last byte does not come alone.
    private static let leastRoom = 512

    private func readRecords() throws(TLSFailure) {
        while !hasPeerFinished {
            let room = max(wire.unreadCount, unsafe Int(SSL_pending(handle)), Self.leastRoom)
            var result: CInt = 0
            output.appendPlaintext(atLeast: room) { room in
                OpenSSLErrors.clear()
                unsafe room.withUnsafeMutableBytes { bytes, count in
                    unsafe result = SSL_read(handle, bytes.baseAddress, CInt(clamping: bytes.count))
                    count = max(0, Int(result))
                }
            }
            if result <= 0 {
                switch unsafe SSL_get_error(handle, result) {
                case SSL_ERROR_WANT_READ: return
                case SSL_ERROR_ZERO_RETURN: hasPeerFinished = true
                default: throw failed(result)
                }
            }
            // Spares the call that would only learn that nothing is left.
            let held = unsafe SSL_pending(handle)
            if wire.unreadCount == 0 && held == 0 { return }
        }
    }

    private func fail(_ failure: TLSFailure) -> TLSFailure {
        self.failure = failure
        return failure
    }

    private func failed(_ result: CInt) -> TLSFailure {
        let (codes, text) = OpenSSLErrors.drain(or: "the peer's bytes make no sense")
        if OpenSSLErrors.has(SSL_R_CERTIFICATE_VERIFY_FAILED, in: codes) {
            let verdict = unsafe SSL_get_verify_result(handle)
            let isName = verdict == X509_V_ERR_HOSTNAME_MISMATCH || verdict == X509_V_ERR_IP_ADDRESS_MISMATCH
            let words = unsafe String(cString: X509_verify_cert_error_string(verdict))
            return fail(TLSFailure(isName ? .nameMismatch : .peerNotTrusted, "\(text): \(words)"))
        }
        return fail(TLSFailure(Self.reason(of: codes), text))
    }

    private static func reason(of codes: [CUnsignedLong]) -> TLSFailure.Reason {
        if OpenSSLErrors.has(SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, in: codes) { return .noClientCertificate }
        if OpenSSLErrors.has(SSL_R_NO_APPLICATION_PROTOCOL, in: codes) { return .noCommonProtocol }
        // An alert received is an error code of its own: this offset plus the alert's number.
        let alerts = SSL_AD_REASON_OFFSET..<(SSL_AD_REASON_OFFSET + 256)
        if codes.contains(where: { alerts.contains(ERR_GET_REASON($0)) }) { return .refusedByPeer }
        return .protocolViolation
    }
}
