internal import COpenSSL

/// The one owner of an `SSL_CTX *`: one certificate and its key, trusted authorities and protocols. Never changes.
@safe final class SSLContext: @unchecked Sendable {
    // Sendable: written only before the initialiser's caller sees it; OpenSSL locks and counts what engines share.
    let handle: OpaquePointer
    /// What it shows, if anything.
    private(set) var certificate: ServedCertificate?
    /// Kept here because OpenSSL's callback holds a plain pointer to it.
    private let offered: ProtocolList

    private init(_ method: OpaquePointer?, alpn: [String]) throws(TLSFailure) {
        OpenSSLErrors.clear()
        guard let context = unsafe SSL_CTX_new(method) else {
            throw TLSFailure(.unusable, OpenSSLErrors.drain(or: "out of memory").text)
        }
        unsafe handle = context
        offered = try ProtocolList(alpn)
        _ = unsafe sidecar_SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION)
        _ = unsafe SSL_CTX_set_options(context, Self.options)
        _ = unsafe sidecar_SSL_CTX_set_mode(context, Int(SSL_MODE_RELEASE_BUFFERS))
        _ = unsafe sidecar_SSL_CTX_set_session_cache_mode(context, Int(SSL_SESS_CACHE_OFF))
        // Without this OpenSSL asks the terminal for the password of an encrypted key.
        unsafe SSL_CTX_set_default_passwd_cb(context) { _, _, _, _ in 0 }
    }

    deinit {
        unsafe SSL_CTX_free(handle)
    }

    /// As ``TLSContext/server(certificateFile:privateKeyFile:alpn:clientCAFile:)``.
    static func server(
        certificateFile: String, privateKeyFile: String, alpn: [String], clientCAFile: String?
    ) throws(TLSFailure) -> SSLContext {
        let context = unsafe try SSLContext(TLS_server_method(), alpn: alpn)
        try context.preferCiphers()
        // Each costs as much as some other part of the handshake, and few clients of databases come back with one.
        _ = unsafe SSL_CTX_set_num_tickets(context.handle, 1)
        try context.use(certificateFile: certificateFile, privateKeyFile: privateKeyFile)
        context.answerNames()
        context.answerProtocols()
        if let clientCAFile { try context.demandClientCertificate(from: clientCAFile) }
        return context
    }

    /// As ``TLSContext/client(trustedCAFile:systemRoots:certificateFile:privateKeyFile:alpn:)``.
    static func client(
        trustedCAFile: String, systemRoots: Bool, certificateFile: String?, privateKeyFile: String?, alpn: [String]
    ) throws(TLSFailure) -> SSLContext {
        let context = unsafe try SSLContext(TLS_client_method(), alpn: alpn)
        try context.preferGroups()
        try context.trust(trustedCAFile)
        if systemRoots { try context.trustSystem() }
        unsafe SSL_CTX_set_verify(context.handle, SSL_VERIFY_PEER, nil)
        if let certificateFile, let privateKeyFile {
            try context.use(certificateFile: certificateFile, privateKeyFile: privateKeyFile)
        }
        try context.offerProtocols()
        return context
    }

    private static let options =
        sidecar_SSL_OP_NO_RENEGOTIATION | sidecar_SSL_OP_NO_COMPRESSION | sidecar_SSL_OP_CIPHER_SERVER_PREFERENCE

    private func use(certificateFile: String, privateKeyFile: String) throws(TLSFailure) {
        OpenSSLErrors.clear()
        guard unsafe SSL_CTX_use_certificate_chain_file(handle, certificateFile) == 1 else {
            throw Self.unusable(certificateFile, "certificate")
        }
        guard unsafe SSL_CTX_use_PrivateKey_file(handle, privateKeyFile, SSL_FILETYPE_PEM) == 1 else {
            throw Self.unusable(privateKeyFile, "private key", besides: certificateFile)
        }
        guard unsafe SSL_CTX_check_private_key(handle) == 1 else {
            throw Self.unusable(privateKeyFile, "private key", besides: certificateFile)
        }
        guard let leaf = unsafe SSL_CTX_get0_certificate(handle) else { return }
        unsafe certificate = ServedCertificate(leaf)
        // A ticket is good for the certificate alone that was shown when it was made, so that what a client binds its
        // login to is what this side has. OpenSSL demands such a name besides, where clients show certificates.
        if let name = unsafe EndPointDigest.sha256(of: leaf) {
            _ = unsafe SSL_CTX_set_session_id_context(handle, name, CUnsignedInt(name.count))
        }
    }

    /// The first one's key share goes with the greeting; a server that does not take it asks for another greeting, which
    /// costs a round trip. PostgreSQL takes P-256 alone unless it is told otherwise (`ssl_ecdh_curve`), and everybody else
    /// takes it too.
    private func preferGroups() throws(TLSFailure) {
        OpenSSLErrors.clear()
        guard unsafe sidecar_SSL_CTX_set_groups(handle, "P-256:X25519:P-384:P-521") == 1 else {
            throw TLSFailure(.unusable, OpenSSLErrors.drain(or: "groups refused").text)
        }
    }

    /// Those of TLS 1.3. A byte costs a fifth less with the shorter key, which nobody can guess either; servers of gRPC's
    /// own libraries choose it, too.
    private func preferCiphers() throws(TLSFailure) {
        OpenSSLErrors.clear()
        let names = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
        guard unsafe SSL_CTX_set_ciphersuites(handle, names) == 1 else {
            throw TLSFailure(.unusable, OpenSSLErrors.drain(or: "ciphers refused").text)
        }
    }

    private func trust(_ file: String) throws(TLSFailure) {
        OpenSSLErrors.clear()
        guard unsafe SSL_CTX_load_verify_locations(handle, file, nil) == 1 else {
            throw Self.unusable(file, "authority")
        }
    }

    /// Where OpenSSL was built to look, or `SSL_CERT_FILE` and `SSL_CERT_DIR` say.
    private func trustSystem() throws(TLSFailure) {
        OpenSSLErrors.clear()
        guard unsafe SSL_CTX_set_default_verify_paths(handle) == 1 else {
            throw Self.unusable("of the system", "authority")
        }
    }

    private func demandClientCertificate(from file: String) throws(TLSFailure) {
        try trust(file)
        guard let names = unsafe SSL_load_client_CA_file(file) else { throw Self.unusable(file, "authority") }
        unsafe SSL_CTX_set_client_CA_list(handle, names)
        unsafe SSL_CTX_set_verify(handle, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
    }

    private static func unusable(_ file: String, _ what: String, besides certificateFile: String = "") -> TLSFailure {
        let (codes, text) = OpenSSLErrors.drain(or: "not usable")
        if OpenSSLErrors.has(X509_R_KEY_VALUES_MISMATCH, in: codes)
            || OpenSSLErrors.has(X509_R_KEY_TYPE_MISMATCH, in: codes)
        {
            return TLSFailure(.keyMismatch, "\(file) is not the private key of the certificate in \(certificateFile)")
        }
        return TLSFailure(.unusableFile, "\(what) file \(file): \(text)")
    }

    /// Marks a client's server name as accepted, so that OpenSSL remembers it over resumption too; and has the engine's
    /// contents choose the certificate, before anything else of the client's greeting is looked at.
    private func answerNames() {
        _ = unsafe sidecar_SSL_CTX_set_servername_callback(handle) { _, _, _ in SSL_TLSEXT_ERR_OK }
        unsafe SSL_CTX_set_client_hello_cb(
            handle,
            { connection, _, _ in
                if let connection = unsafe connection { unsafe TLSContents.choose(for: connection) }
                return SSL_CLIENT_HELLO_SUCCESS
            }, nil)
    }

    private func answerProtocols() {
        guard !offered.names.isEmpty else { return }
        let list = unsafe Unmanaged.passUnretained(offered).toOpaque()
        unsafe SSL_CTX_set_alpn_select_cb(
            handle,
            { _, chosen, chosenLength, theirs, theirsLength, list in
                guard let list = unsafe list, let theirs = unsafe theirs else { return SSL_TLSEXT_ERR_ALERT_FATAL }
                let ours = unsafe Unmanaged<ProtocolList>.fromOpaque(list).takeUnretainedValue()
                let offer = unsafe Array(UnsafeBufferPointer(start: theirs, count: Int(theirsLength)))
                guard let range = ours.choose(from: offer) else { return SSL_TLSEXT_ERR_ALERT_FATAL }
                unsafe chosen?.pointee = unsafe theirs + range.lowerBound
                unsafe chosenLength?.pointee = UInt8(clamping: range.count)
                return SSL_TLSEXT_ERR_OK
            }, list)
    }

    private func offerProtocols() throws(TLSFailure) {
        guard !offered.names.isEmpty else { return }
        // This one function answers zero for success.
        guard unsafe SSL_CTX_set_alpn_protos(handle, offered.wire, CUnsignedInt(offered.wire.count)) == 0 else {
            throw TLSFailure(.unusable, OpenSSLErrors.drain(or: "ALPN list refused").text)
        }
    }
}
