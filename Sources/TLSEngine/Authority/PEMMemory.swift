internal import COpenSSL

/// The one owner of a memory `BIO *` that PEM text is read from or written to.
@safe struct PEMMemory: ~Copyable {
    let handle: OpaquePointer

    init(_ text: String = "") throws(TLSFailure) {
        guard let memory = unsafe BIO_new(BIO_s_mem()) else { throw TLSFailure(.unusable, "out of memory") }
        unsafe handle = memory
        let bytes = Array(text.utf8)
        if !bytes.isEmpty { _ = unsafe BIO_write(memory, bytes, CInt(clamping: bytes.count)) }
    }

    deinit {
        unsafe BIO_free_all(handle)
    }

    var text: String {
        var start: UnsafePointer<CChar>?
        let count = unsafe sidecar_BIO_memory(handle, &start)
        return unsafe String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
    }
}
