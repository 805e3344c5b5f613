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

    func appendCiphertext(_ bytes: RawSpan) {
        ciphertext.writeBytes(bytes)
    }

    func appendPlaintext(atLeast count: Int, _ fill: (inout OutputRawSpan) -> Void) {
        plaintext.writeWithOutputRawSpan(minimumWritableBytes: count, initializingWith: fill)
    }

    func reserveCiphertext(forPlaintext count: Int) {
        let records = count / Self.recordLimit + 1
        ciphertext.reserveCapacity(minimumWritableBytes: count + records * Self.recordOverhead)
    }

    func takeCiphertext() -> ByteBuffer? {
        guard ciphertext.readableBytes > 0 else { return nil }
        defer { ciphertext = ByteBuffer() }
        return ciphertext
    }

    func takePlaintext() -> ByteBuffer? {
        if plaintext.readableBytes > 0 {
            defer { plaintext = ByteBuffer() }
            return plaintext
        }
        if plaintext.capacity > Self.keptCapacity { plaintext = ByteBuffer() }
        return nil
    }
}
