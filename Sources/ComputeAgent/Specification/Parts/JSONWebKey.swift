/// A public key that signed tokens are checked with (RFC 7517; RFC 8037 for Ed25519).
package struct JSONWebKey: Equatable, Sendable {
    /// `OKP`, `RSA` or `EC`.
    package var keyType: String
    package var keyID: String?
    package var algorithm: String?
    package var use: String?
    /// For `OKP` and `EC`.
    package var curve: String?
    package var x: String?
    package var y: String?
    /// For `RSA`: modulus and exponent.
    package var n: String?
    package var e: String?
    package var unknown: [String: JSONValue] = [:]

    init(_ value: JSONValue, at path: String) throws(SpecFailure) {
        var fields = try JSONFields(value, at: path)
        let keyType = try fields.text("kty")
        self.keyType = try fields.need("kty", keyType)
        keyID = try fields.text("kid")
        algorithm = try fields.text("alg")
        use = try fields.text("use")
        curve = try fields.text("crv")
        x = try fields.text("x")
        y = try fields.text("y")
        n = try fields.text("n")
        e = try fields.text("e")
        unknown = fields.rest
        guard unknown["d"] == nil else {
            throw SpecFailure(at: path + ".d", "is a private key; only the public half belongs here")
        }
    }

    var json: JSONValue {
        .object(
            [
                "kty": .string(keyType), "kid": keyID.map(JSONValue.string), "alg": algorithm.map(JSONValue.string),
                "use": use.map(JSONValue.string), "crv": curve.map(JSONValue.string), "x": x.map(JSONValue.string),
                "y": y.map(JSONValue.string), "n": n.map(JSONValue.string), "e": e.map(JSONValue.string),
            ], and: unknown)
    }
}
