internal import COpenSSL

/// The one owner of an `X509 *`.
@safe struct Certificate: ~Copyable {
    private let handle: OpaquePointer
    private static let commonNameLimit = 64

    private init(taking handle: OpaquePointer) {
        unsafe self.handle = unsafe handle
    }

    init(pem: String) throws(TLSFailure) {
        OpenSSLErrors.clear()
        let memory = try PEMMemory(pem)
        guard let certificate = unsafe PEM_read_bio_X509(memory.handle, nil, nil, nil) else {
            throw TLSFailure(.unusableFile, "certificate: \(OpenSSLErrors.drain(or: "not PEM").text)")
        }
        unsafe self.init(taking: certificate)
    }

    /// An unsigned one.
    /// - Parameters:
    ///   - serial: big-endian.
    ///   - notBefore: seconds since 1970; so is `notAfter`.
    static func unsigned(
        commonName: String, serial: [UInt8], notBefore: Int64, notAfter: Int64
    ) throws(TLSFailure) -> Certificate {
        OpenSSLErrors.clear()
        guard let new = unsafe X509_new() else { throw failure("certificate") }
        let certificate = unsafe Certificate(taking: new)
        let handle = unsafe certificate.handle
        try certificate.setSerial(serial)
        let isDone =
            unsafe X509_set_version(handle, 2) == 1
            && ASN1_TIME_set(X509_getm_notBefore(handle), time_t(notBefore)) != nil
            && ASN1_TIME_set(X509_getm_notAfter(handle), time_t(notAfter)) != nil
        guard isDone else { throw failure("validity") }
        let name = Array(commonName.utf8.prefix(commonNameLimit))
        guard
            unsafe X509_NAME_add_entry_by_txt(
                X509_get_subject_name(handle), "CN", MBSTRING_UTF8, name, CInt(name.count), -1, 0) == 1
        else { throw failure("common name") }
        return certificate
    }

    deinit {
        unsafe X509_free(handle)
    }

    func belongs(to key: borrowing PrivateKey) -> Bool {
        OpenSSLErrors.clear()
        return unsafe X509_check_private_key(handle, key.handle) == 1
    }

    mutating func setKey(_ key: borrowing PrivateKey) throws(TLSFailure) {
        guard unsafe X509_set_pubkey(handle, key.handle) == 1 else { throw Self.failure("public key") }
    }

    mutating func issued(by issuer: borrowing Certificate) throws(TLSFailure) {
        guard unsafe X509_set_issuer_name(handle, X509_get_subject_name(issuer.handle)) == 1 else {
            throw Self.failure("issuer")
        }
    }

    mutating func issuedByItself() throws(TLSFailure) {
        guard unsafe X509_set_issuer_name(handle, X509_get_subject_name(handle)) == 1 else {
            throw Self.failure("issuer")
        }
    }

    /// Adds an extension to one that signs itself; otherwise as `add(_:_:issuer:)`.
    mutating func addOwn(_ kind: CInt, _ value: String) throws(TLSFailure) {
        try unsafe add(kind, value, above: handle)
    }

    /// - Parameter value: in the notation of OpenSSL's x509v3_config(5).
    mutating func add(_ kind: CInt, _ value: String, issuer: borrowing Certificate) throws(TLSFailure) {
        try unsafe add(kind, value, above: issuer.handle)
    }

    private mutating func add(_ kind: CInt, _ value: String, above: OpaquePointer) throws(TLSFailure) {
        OpenSSLErrors.clear()
        var context = unsafe X509V3_CTX()
        unsafe X509V3_set_ctx(&context, above, handle, nil, nil, 0)
        guard let extension_ = unsafe X509V3_EXT_conf_nid(nil, &context, kind, value) else {
            throw Self.failure("extension \(value)")
        }
        defer { unsafe X509_EXTENSION_free(extension_) }
        guard unsafe X509_add_ext(handle, extension_, -1) == 1 else { throw Self.failure("extension \(value)") }
    }

    mutating func sign(with key: borrowing PrivateKey) throws(TLSFailure) {
        // Answers the signature's length.
        guard unsafe X509_sign(handle, key.handle, EVP_sha256()) > 0 else { throw Self.failure("signature") }
    }

    func pem() throws(TLSFailure) -> String {
        let memory = try PEMMemory()
        guard unsafe PEM_write_bio_X509(memory.handle, handle) == 1 else { throw Self.failure("certificate") }
        return memory.text
    }

    private func setSerial(_ serial: [UInt8]) throws(TLSFailure) {
        var serial = serial
        // A serial number is positive (RFC 5280 §4.1.2.2).
        if !serial.isEmpty { serial[0] &= 0x7F }
        guard let number = unsafe BN_bin2bn(serial, CInt(serial.count), nil) else { throw Self.failure("serial") }
        defer { unsafe BN_free(number) }
        guard unsafe BN_to_ASN1_INTEGER(number, X509_get_serialNumber(handle)) != nil else {
            throw Self.failure("serial")
        }
    }

    private static func failure(_ what: String) -> TLSFailure {
        TLSFailure(.unusable, "\(what): \(OpenSSLErrors.drain(or: "refused").text)")
    }
}
