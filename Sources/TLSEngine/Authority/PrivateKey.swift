internal import COpenSSL

/// The one owner of an `EVP_PKEY *` that holds a private key.
@safe struct PrivateKey: ~Copyable {
    let handle: OpaquePointer

    private init(taking handle: OpaquePointer) {
        unsafe self.handle = unsafe handle
    }

    init(pem: String) throws(TLSFailure) {
        OpenSSLErrors.clear()
        let memory = try PEMMemory(pem)
        // The callback keeps OpenSSL from asking the terminal for a password.
        guard let key = unsafe PEM_read_bio_PrivateKey(memory.handle, nil, { _, _, _, _ in 0 }, nil) else {
            throw TLSFailure(.unusableFile, "private key: \(OpenSSLErrors.drain(or: "not PEM").text)")
        }
        unsafe self.init(taking: key)
    }

    deinit {
        unsafe EVP_PKEY_free(handle)
    }

    /// A new key on P-256.
    static func generate() throws(TLSFailure) -> PrivateKey {
        OpenSSLErrors.clear()
        guard let key = unsafe sidecar_generate_P256() else {
            throw TLSFailure(.unusable, OpenSSLErrors.drain(or: "no key").text)
        }
        return unsafe PrivateKey(taking: key)
    }

    /// PKCS #8, not encrypted.
    func pem() throws(TLSFailure) -> String {
        OpenSSLErrors.clear()
        let memory = try PEMMemory()
        guard unsafe PEM_write_bio_PKCS8PrivateKey(memory.handle, handle, nil, nil, 0, nil, nil) == 1 else {
            throw TLSFailure(.unusable, OpenSSLErrors.drain(or: "private key").text)
        }
        return memory.text
    }
}
