/// What a client has after it has proved its password: enough to log in wherever the same verifier is kept.
///
/// Lives in memory, for one session. Does not print.
package struct SCRAMKeys: Equatable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{
    /// 32 bytes; SHA-256 of it is the verifier's StoredKey.
    package let clientKey: [UInt8]
    /// 32 bytes, as in the verifier.
    package let serverKey: [UInt8]

    package init(clientKey: [UInt8], serverKey: [UInt8]) {
        self.clientKey = clientKey
        self.serverKey = serverKey
    }

    /// RFC 5802 §3, from the password as the client would prepare it (SASLprep is the caller's).
    package init(password: [UInt8], salt: [UInt8], iterations: Int, hashing: some SCRAMHashing) {
        let salted = hashing.pbkdf2SHA256(password: password, salt: salt, iterations: iterations)
        clientKey = hashing.hmacSHA256(key: salted, Array("Client Key".utf8))
        serverKey = hashing.hmacSHA256(key: salted, Array("Server Key".utf8))
    }

    package var description: String { "<secret>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
