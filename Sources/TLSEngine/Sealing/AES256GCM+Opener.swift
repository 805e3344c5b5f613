extension AES256GCM {
    /// Opens what a `Sealer` with the same key has sealed. For one thread at a time.
    package final class Opener {
        private let context: GCMContext

        /// - Parameter key: 32 bytes.
        package init(key: [UInt8]) throws(TLSFailure) {
            context = try .make(key: key, isSealing: false)
        }

        /// From now on opens what another key has sealed, in the memory of the old one.
        /// - Parameter key: 32 bytes.
        package func setKey(_ key: [UInt8]) throws(TLSFailure) {
            try context.setKey(key)
        }

        /// - Parameter sealed: ciphertext and tag.
        /// - Returns: the plaintext; `nil` when any bit of `sealed`, `data` or `nonce`, or the key, is not the sealer's.
        package func open(_ sealed: RawSpan, nonce: Nonce, authenticating data: RawSpan) -> [UInt8]? {
            let count = sealed.byteCount - tagLength
            guard count >= 0 else { return nil }
            let (ciphertext, tag) = (sealed.extracting(first: count), sealed.extracting(last: tagLength))
            var isAuthentic = false
            let plaintext = unsafe [UInt8](unsafeUninitializedCapacity: count) { room, initialized in
                isAuthentic =
                    unsafe context.begin(nonce, authenticating: data)
                    && context.transform(ciphertext, into: room.baseAddress)
                    && context.finishOpening(tag: tag)
                initialized = isAuthentic ? count : 0
            }
            return isAuthentic ? plaintext : nil
        }
    }
}
