internal import TLSEngine

/// A token as it stands in an `Authorization` header: a JSON Web Token in the compact form (RFC 7519, RFC 7515 §7.1),
/// signed by Ed25519 (RFC 8037 §3.1).
///
/// Nothing in it is believed before the signature is: the header only says which key to try.
struct AgentToken: Sendable {
    /// Bytes of the whole token that are looked at.
    static let byteLimit = 8 << 10

    enum Flaw: Error, Equatable, Sendable {
        case malformed
        /// Signed in another way than we check, or with a header that we have to understand and do not.
        case unsupported
        case badSignature
        case expired
        case notYetValid
    }

    let keyID: String?
    private let signed: [UInt8]
    private let signature: [UInt8]
    private let payload: [UInt8]

    init(_ text: String) throws(Flaw) {
        guard text.utf8.count <= Self.byteLimit else { throw .malformed }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64URL.decode(parts[0]), let payload = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2]), let fields = Self.object(header)
        else { throw .malformed }
        // The algorithm is ours to choose: `none` or an HMAC keyed with a public key must never pass (RFC 8725 §3.1).
        guard fields["alg"] == .string("EdDSA"), fields["crit"] == nil else { throw .unsupported }
        if case .string(let identifier)? = fields["kid"] { keyID = identifier } else { keyID = nil }
        signed = Array("\(parts[0]).\(parts[1])".utf8)
        self.signature = signature
        self.payload = payload
    }

    /// - Parameters:
    ///   - keys: tried one after the other; with a `kid` that one of them has, only those that have it.
    ///   - now: seconds of Unix time.
    /// - Returns: what the token's owner may be believed to have been given.
    func claims(by keys: [TokenKey], now: Int64) throws(Flaw) -> TokenClaims {
        let named = keys.filter { $0.identifier != nil && $0.identifier == keyID }
        guard (named.isEmpty ? keys : named).contains(where: { $0.key.isSignature(signature, of: signed) }) else {
            throw .badSignature
        }
        guard let fields = Self.object(payload), let claims = TokenClaims(fields) else { throw .malformed }
        try claims.checkTime(now)
        return claims
    }

    private static func object(_ bytes: [UInt8]) -> [String: JSONValue]? {
        guard case .object(let fields)? = try? JSONValue(parsing: bytes) else { return nil }
        return fields
    }
}

/// A public key that tokens may be signed with.
struct TokenKey: Hashable, Sendable {
    var identifier: String?
    var key: Ed25519PublicKey

    /// - Returns: `nil` for a key of another kind, or for another use.
    init?(_ key: JSONWebKey) {
        guard key.keyType == "OKP", key.curve == "Ed25519", key.use ?? "sig" == "sig",
            ["EdDSA", "Ed25519"].contains(key.algorithm ?? "EdDSA"),
            let bytes = key.x.flatMap({ Base64URL.decode($0) }), let point = Ed25519PublicKey(bytes)
        else { return nil }
        identifier = key.keyID
        self.key = point
    }
}
