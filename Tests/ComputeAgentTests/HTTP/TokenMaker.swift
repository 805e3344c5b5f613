import COpenSSL
import Foundation
import Testing

@testable import ComputeAgent

/// Signs tokens, as a control plane does. The key pair belongs to the test.
final class TokenMaker {
    private let key: OpaquePointer
    let identifier: String?

    init(identifier: String? = nil) throws {
        let context = try #require(EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, nil))
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        try #require(EVP_PKEY_keygen_init(context) == 1 && EVP_PKEY_keygen(context, &key) == 1)
        self.key = try #require(key)
        self.identifier = identifier
    }

    deinit { EVP_PKEY_free(key) }

    var publicBytes: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 32)
        var count = bytes.count
        EVP_PKEY_get_raw_public_key(key, &bytes, &count)
        return bytes
    }

    var jwk: String {
        let kid = identifier.map { #", "kid": "\#($0)""# } ?? ""
        return #"{"kty": "OKP", "crv": "Ed25519", "x": "\#(Self.encode(publicBytes))"\#(kid)}"#
    }

    var tokenKey: TokenKey {
        get throws { try #require(TokenKey(try JSONWebKey(try JSONValue(parsing: Array(jwk.utf8)), at: ""))) }
    }

    static func set(_ keys: [TokenMaker]) -> String {
        #"{"keys": [\#(keys.map(\.jwk).joined(separator: ", "))]}"#
    }

    /// - Parameters:
    ///   - claims: the payload, as JSON.
    ///   - header: in place of one that is right.
    func token(_ claims: String, header: String? = nil) -> String {
        let kid = identifier.map { #", "kid": "\#($0)""# } ?? ""
        let head = Self.encode(Array((header ?? #"{"alg": "EdDSA", "typ": "JWT"\#(kid)}"#).utf8))
        let signed = head + "." + Self.encode(Array(claims.utf8))
        return signed + "." + Self.encode(sign(Array(signed.utf8)))
    }

    private func sign(_ message: [UInt8]) -> [UInt8] {
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        var signature = [UInt8](repeating: 0, count: 64)
        var count = signature.count
        EVP_DigestSignInit(context, nil, nil, nil, key)
        EVP_DigestSign(context, &signature, &count, message, message.count)
        return signature
    }

    static func encode(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
