internal import TLSEngine

/// The buffers that all sessions of one thread share: each is empty again before the next session's turn.
final class RelayBuffers: TLSOutput {
    /// What one read may bring.
    static let readSize = 64 * 1024
    /// A TLS engine may hold one more record than was read; a record of ours costs some bytes besides its text.
    private static let outputSize = readSize + 32 * 1024

    let input = UnsafeMutableRawBufferPointer.allocate(byteCount: RelayBuffers.readSize, alignment: 64)
    private var plaintext = Growing(capacity: RelayBuffers.outputSize)
    private var ciphertext = Growing(capacity: RelayBuffers.outputSize)

    deinit {
        input.deallocate()
        plaintext.free()
        ciphertext.free()
    }

    /// Valid until an engine works again.
    func takePlaintext() -> UnsafeRawBufferPointer { plaintext.take() }
    func takeCiphertext() -> UnsafeRawBufferPointer { ciphertext.take() }

    func appendCiphertext(_ bytes: RawSpan) {
        bytes.withUnsafeBytes { bytes in
            ciphertext.room(atLeast: bytes.count).copyMemory(from: bytes)
            ciphertext.count += bytes.count
        }
    }

    func appendPlaintext(atLeast count: Int, _ fill: (inout OutputRawSpan) -> Void) {
        let room = plaintext.room(atLeast: count)
        var span = OutputRawSpan(buffer: room, initializedCount: 0)
        fill(&span)
        plaintext.count += span.finalize(for: room)
    }

    /// Grows when it must, which no session makes it do in the ordinary run of things.
    private struct Growing {
        private var bytes: UnsafeMutableRawBufferPointer
        var count = 0

        init(capacity: Int) {
            bytes = .allocate(byteCount: capacity, alignment: 64)
        }

        mutating func room(atLeast wanted: Int) -> UnsafeMutableRawBufferPointer {
            if bytes.count - count < wanted {
                let bigger = UnsafeMutableRawBufferPointer.allocate(
                    byteCount: max(2 * bytes.count, count + wanted), alignment: 64)
                bigger.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes.prefix(count)))
                bytes.deallocate()
                bytes = bigger
            }
            return UnsafeMutableRawBufferPointer(rebasing: bytes.dropFirst(count))
        }

        mutating func take() -> UnsafeRawBufferPointer {
            defer { count = 0 }
            return UnsafeRawBufferPointer(rebasing: bytes.prefix(count))
        }

        func free() { bytes.deallocate() }
    }
}
