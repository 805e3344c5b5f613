internal import NIOCore
internal import PostgresWire
internal import TLSEngine

/// A grant that a client carries itself, sealed: any proxy of the fleet can serve it, whether or not the one that issued
/// it still lives.
///
/// `UInt8` layout (1), `UInt8` key, 12 bytes of nonce, then sealed with AES-256-GCM: `UInt32` last second of its life
/// (since 1970) and the grant, and 16 bytes of tag. The process id that the client sends beside it, the layout and the
/// key's number are authenticated with it.
///
/// Nonces are random: with 96 bits of them, 2^32 tokens under one key leave a chance of 2^-33 that two are alike.
package enum CancelToken {
    package static let nonceLength = AES256GCM.nonceLength
    private static let layout: UInt8 = 1
    private static let headLength = 2 + nonceLength

    package struct Opened: Equatable {
        package var grant: CancelGrant
        /// The last second of its life, since 1970.
        package var lastSecond: UInt32
    }

    /// - Parameter nonce: 12 random bytes.
    /// - Returns: `nil` for a grant that is too long for a cancel key.
    package static func seal(
        _ grant: CancelGrant, processID: Int32, lastSecond: UInt32, keys: CancelTokenKeys, nonce: [UInt8]
    ) -> [UInt8]? {
        guard nonce.count == nonceLength, let key = keys.key(keys.sealing) else { return nil }
        var plaintext = ByteBuffer(integer: lastSecond)
        guard grant.encode(into: &plaintext) else { return nil }
        let length = headLength + plaintext.readableBytes + AES256GCM.tagLength
        guard CancelKey.secretLengths.contains(length) else { return nil }
        var token = [layout, keys.sealing] + nonce
        // Fails only without memory; then the session has the short form of key.
        guard let sealer = try? AES256GCM.Sealer(key: key) else { return nil }
        let data = authenticated(processID, keyID: keys.sealing)
        let isSealed: Void? = try? sealer.seal(
            Array(plaintext.readableBytesView).span.bytes, nonce: value(of: nonce[...]),
            authenticating: data.span.bytes, into: &token)
        return isSealed.map { token }
    }

    /// - Returns: `nil` for what no proxy of this fleet has sealed, or was sealed for another process id, or under a key
    ///   that is gone. Whether its time is over is for the caller to judge.
    package static func open(_ secret: [UInt8], processID: Int32, keys: CancelTokenKeys) -> Opened? {
        guard secret.count > headLength + AES256GCM.tagLength, secret[0] == layout, let key = keys.key(secret[1]),
            let opener = try? AES256GCM.Opener(key: key)
        else { return nil }
        let data = authenticated(processID, keyID: secret[1])
        let plaintext = opener.open(
            Array(secret[headLength...]).span.bytes, nonce: value(of: secret[2..<headLength]),
            authenticating: data.span.bytes)
        guard let plaintext else { return nil }
        var buffer = ByteBuffer(bytes: plaintext)
        guard let lastSecond = buffer.readInteger(as: UInt32.self), let grant = CancelGrant(decoding: &buffer) else {
            return nil
        }
        return Opened(grant: grant, lastSecond: lastSecond)
    }

    private static func authenticated(_ processID: Int32, keyID: UInt8) -> [UInt8] {
        var data = ByteBuffer()
        data.writeMultipleIntegers(layout, keyID, processID)
        return Array(data.readableBytesView)
    }

    /// - Parameter bytes: twelve.
    private static func value(of bytes: ArraySlice<UInt8>) -> AES256GCM.Nonce {
        AES256GCM.Nonce(
            fixed: bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) },
            counter: bytes.dropFirst(4).reduce(0) { $0 << 8 | UInt64($1) })
    }
}
