extension AES256GCM {
    /// Seals messages under one key. For one thread at a time.
    package final class Sealer {
        private let context: GCMContext

        /// - Parameter key: 32 bytes.
        package init(key: [UInt8]) throws(TLSFailure) {
            context = try .make(key: key, isSealing: true)
        }

        /// Appends the ciphertext, as long as `plaintext`, and the tag. `output` is as before when this throws, which only
        /// exhausted memory can cause.
        /// - Parameter data: authenticated but not part of the output; the opener must come by the same bytes.
        package func seal(
            _ plaintext: RawSpan, nonce: Nonce, authenticating data: RawSpan, into output: inout [UInt8]
        ) throws(TLSFailure) {
            let start = output.count
            output.append(contentsOf: repeatElement(0, count: plaintext.byteCount + tagLength))
            let isDone = unsafe output.withUnsafeMutableBufferPointer { room in
                guard let base = room.baseAddress else { return false }
                let ciphertext = unsafe base + start
                return unsafe context.begin(nonce, authenticating: data)
                    && context.transform(plaintext, into: ciphertext)
                    && context.finishSealing(tag: ciphertext + plaintext.byteCount)
            }
            guard isDone else {
                output.removeLast(output.count - start)
                throw TLSFailure(.unusable, "AES-256-GCM: out of memory")
            }
        }
    }
}
