internal import NIOCore
internal import TLSEngine

/// What an engine put out and nobody took yet.
final class TLSBuffers: TLSOutput {
    /// Storage up to this size is kept while a record is incomplete; more would be paid for by every idle connection.
    static let keptCapacity = 4096
    /// A record's header, nonce and tag in the costliest suite we negotiate (TLS 1.2, CBC).
    private static let recordOverhead = 64
    private static let recordLimit = 16384

    private var ciphertext = ByteBuffer()
    private var plaintext = ByteBuffer()
    private let spare: SpareBuffers?

    /// - Parameter spare: where buffers come from and go back to; `nil` makes new ones.
    init(spare: SpareBuffers? = nil) {
        self.spare = spare
    }

    func appendCiphertext(_ bytes: RawSpan) {
        if ciphertext.capacity == 0, let spare { ciphertext = spare.ciphertext.take() }
        ciphertext.writeBytes(bytes)
    }

    func appendPlaintext(atLeast count: Int, _ fill: (inout OutputRawSpan) -> Void) {
        if plaintext.capacity == 0, let spare { plaintext = spare.plaintext.take(minimumCapacity: count) }
        plaintext.writeWithOutputRawSpan(minimumWritableBytes: count, initializingWith: fill)
    }

    func reserveCiphertext(forPlaintext count: Int) {
        let records = count / Self.recordLimit + 1
        if ciphertext.capacity == 0, let spare { ciphertext = spare.ciphertext.take() }
        ciphertext.reserveCapacity(minimumWritableBytes: count + records * Self.recordOverhead)
    }

    func takeCiphertext() -> ByteBuffer? {
        guard ciphertext.readableBytes > 0 else { return nil }
        defer {
            spare?.ciphertext.giveBack(ciphertext)
            ciphertext = ByteBuffer()
        }
        return ciphertext
    }

    func takePlaintext() -> ByteBuffer? {
        if plaintext.readableBytes > 0 {
            defer { letGoOfPlaintext() }
            return plaintext
        }
        if plaintext.capacity > Self.keptCapacity { letGoOfPlaintext() }
        return nil
    }

    private func letGoOfPlaintext() {
        spare?.plaintext.giveBack(plaintext)
        plaintext = ByteBuffer()
    }

    /// Ciphertext was read that nobody needs any more.
    func giveBack(received ciphertext: ByteBuffer) {
        spare?.received.giveBack(ciphertext)
    }
}
