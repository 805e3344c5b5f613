internal import COpenSSL

/// The one owner of an `EVP_CIPHER_CTX *`, set up for AES-256-GCM in one direction.
///
/// The key schedule is computed once; a message costs a new nonce and no allocation.
@safe struct GCMContext: ~Copyable {
    private let handle: OpaquePointer

    private init(taking handle: OpaquePointer) {
        unsafe self.handle = unsafe handle
    }

    /// - Parameter key: 32 bytes; any other count is refused.
    static func make(key: [UInt8], isSealing: Bool) throws(TLSFailure) -> GCMContext {
        OpenSSLErrors.clear()
        guard let handle = unsafe EVP_CIPHER_CTX_new() else { throw TLSFailure(.unusable, "out of memory") }
        let context = unsafe GCMContext(taking: handle)
        guard unsafe EVP_CipherInit_ex(handle, EVP_aes_256_gcm(), nil, nil, nil, isSealing ? 1 : 0) == 1 else {
            throw TLSFailure(.unusable, OpenSSLErrors.drain(or: "AES-256-GCM").text)
        }
        try context.setKey(key)
        return context
    }

    deinit {
        unsafe EVP_CIPHER_CTX_free(handle)  // Also wipes the key schedule.
    }

    func setKey(_ key: [UInt8]) throws(TLSFailure) {
        guard key.count == AES256GCM.keyLength else { throw TLSFailure(.unusable, "a key of \(key.count) bytes") }
        guard unsafe EVP_CipherInit_ex(handle, nil, nil, key, nil, -1) == 1 else {
            throw TLSFailure(.unusable, "AES-256-GCM takes no key")
        }
    }

    /// Begins a message: its nonce, then everything that is authenticated without being hidden.
    func begin(_ nonce: AES256GCM.Nonce, authenticating data: RawSpan) -> Bool {
        var nonce = nonce.bigEndianWords
        let isSet = unsafe withUnsafeBytes(of: &nonce) { raw in
            let bytes = unsafe raw.assumingMemoryBound(to: UInt8.self).baseAddress
            return unsafe EVP_CipherInit_ex(handle, nil, nil, nil, bytes, -1) == 1
        }
        guard isSet else { return false }
        return unsafe feed(data, into: nil)
    }

    /// The message itself.
    /// - Parameter output: room for as many bytes as `input` has.
    func transform(_ input: RawSpan, into output: UnsafeMutablePointer<UInt8>?) -> Bool {
        unsafe feed(input, into: output)
    }

    /// Ends a message that was sealed, and writes its 16-byte tag.
    func finishSealing(tag: UnsafeMutablePointer<UInt8>) -> Bool {
        unsafe finish() && EVP_CIPHER_CTX_ctrl(handle, EVP_CTRL_AEAD_GET_TAG, CInt(AES256GCM.tagLength), tag) == 1
    }

    /// Ends a message that was opened. `false`: what came out must not be looked at.
    /// - Parameter tag: 16 bytes; libcrypto compares them in constant time.
    func finishOpening(tag: RawSpan) -> Bool {
        let isSet = unsafe tag.withUnsafeBytes { raw in
            let bytes = unsafe UnsafeMutableRawPointer(mutating: raw.baseAddress)
            return unsafe EVP_CIPHER_CTX_ctrl(handle, EVP_CTRL_AEAD_SET_TAG, CInt(raw.count), bytes) == 1
        }
        return isSet && finish()
    }

    private func feed(_ input: RawSpan, into output: UnsafeMutablePointer<UInt8>?) -> Bool {
        // An empty span has no address, and OpenSSL takes a null input for the end of the message.
        guard !input.isEmpty else { return true }
        var written: CInt = 0
        return unsafe input.withUnsafeBytes { raw in
            let bytes = unsafe raw.assumingMemoryBound(to: UInt8.self).baseAddress
            return unsafe EVP_CipherUpdate(handle, output, &written, bytes, CInt(clamping: raw.count)) == 1
        }
    }

    private func finish() -> Bool {
        // GCM has no last block, yet the call wants a place for one.
        var (none, written): (UInt64, CInt) = (0, 0)
        return unsafe withUnsafeMutableBytes(of: &none) { raw in
            unsafe EVP_CipherFinal_ex(handle, raw.assumingMemoryBound(to: UInt8.self).baseAddress, &written) == 1
        }
    }
}
