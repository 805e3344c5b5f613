internal import COpenSSL

/// The wire as OpenSSL sees it: reads come from the bytes in hand, writes go to the output. Nothing is kept between
/// calls, so an idle connection pays for no buffer.
@safe final class MemoryBIO {
    /// The ciphertext of the call in progress; empty outside of one.
    private var input = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    private var output: any TLSOutput

    init(output: any TLSOutput) {
        self.output = output
    }

    func redirect(to output: any TLSOutput) {
        self.output = output
    }

    /// How many bytes in hand OpenSSL has not read yet.
    var unreadCount: Int { unsafe input.count }

    /// Gives an `SSL` its wire, which it then owns. This object must outlive that `SSL`.
    func attach(to connection: OpaquePointer) throws(TLSFailure) {
        guard let method = unsafe Self.method.pointer, let bio = unsafe BIO_new(method) else {
            throw TLSFailure(.unusable, OpenSSLErrors.drain(or: "out of memory").text)
        }
        unsafe BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
        unsafe BIO_set_init(bio, 1)
        // One reference serves both directions when both are the same BIO.
        unsafe SSL_set_bio(connection, bio, bio)
    }

    /// Makes `bytes` readable while `body` runs.
    func lend<Result>(
        _ bytes: RawSpan, to body: () throws(TLSFailure) -> Result
    ) throws(TLSFailure) -> Result {
        try unsafe bytes.withUnsafeBytes { (raw) throws(TLSFailure) in
            unsafe input = raw
            defer { unsafe input = UnsafeRawBufferPointer(start: nil, count: 0) }
            return try body()
        }
    }

    /// - Returns: how many bytes were copied; zero when there are none in hand.
    private func read(into room: UnsafeMutableRawBufferPointer) -> Int {
        let count = unsafe min(room.count, input.count)
        unsafe room.copyMemory(from: UnsafeRawBufferPointer(rebasing: input.prefix(count)))
        unsafe input = UnsafeRawBufferPointer(rebasing: input.dropFirst(count))
        return count
    }

    private func write(_ bytes: UnsafeRawBufferPointer) {
        unsafe output.appendCiphertext(bytes.bytes)
    }

    private static func owner(of bio: OpaquePointer?) -> MemoryBIO? {
        guard let pointer = unsafe BIO_get_data(bio) else { return nil }
        return unsafe Unmanaged<MemoryBIO>.fromOpaque(pointer).takeUnretainedValue()
    }

    /// The callbacks of this kind of BIO, made once for the process.
    @safe private struct Method: @unchecked Sendable {
        // Sendable: OpenSSL only reads it after this initialiser.
        let pointer: OpaquePointer?

        init() {
            unsafe pointer = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "bytes in hand")
            unsafe BIO_meth_set_write(pointer) { bio, bytes, count in
                guard count > 0, let owner = unsafe MemoryBIO.owner(of: bio) else { return -1 }
                unsafe owner.write(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
                return count
            }
            unsafe BIO_meth_set_read(pointer) { bio, room, count in
                guard count > 0, let owner = unsafe MemoryBIO.owner(of: bio) else { return -1 }
                unsafe sidecar_BIO_clear_retry(bio)
                let taken = unsafe owner.read(into: UnsafeMutableRawBufferPointer(start: room, count: Int(count)))
                guard taken > 0 else {
                    unsafe sidecar_BIO_set_retry_read(bio)
                    return -1
                }
                return CInt(taken)
            }
            unsafe BIO_meth_set_ctrl(pointer) { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }
        }
    }

    private static let method = Method()
}
