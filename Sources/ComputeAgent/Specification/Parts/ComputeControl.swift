/// What the agent itself is told beside the spec: whose tokens open its HTTP API, and its certificate.
package struct ComputeControl: Equatable, Sendable {
    /// Most keys that are tried for one token.
    package static let keyLimit = 32
    /// Of a spec: Postgres shows the certificate of ``tls``.
    package static let tlsFeature = "tls_experimental"

    package var keys: [JSONWebKey] = []
    package var tls: CertificateFiles?
    package var unknown: [String: JSONValue] = [:]

    package init(keys: [JSONWebKey] = [], tls: CertificateFiles? = nil) {
        self.keys = keys
        self.tls = tls
    }

    init(_ value: JSONValue, at path: String) throws(SpecFailure) {
        var fields = try JSONFields(value, at: path)
        let keys = try fields.part("jwks", of: Self.keys)
        self.keys = keys ?? []
        tls = try fields.part("tls", of: CertificateFiles.init(_:at:))
        unknown = fields.rest
    }

    private static func keys(_ value: JSONValue, at path: String) throws(SpecFailure) -> [JSONWebKey] {
        var fields = try JSONFields(value, at: path)
        let keys = try fields.list("keys", of: JSONWebKey.init(_:at:)) ?? []
        guard keys.count <= keyLimit else { throw SpecFailure(at: path + ".keys", "has more than \(keyLimit) keys") }
        return keys
    }

    package var json: JSONValue {
        .object(["jwks": .object(["keys": .list(keys.map(\.json))]), "tls": tls?.json], and: unknown)
    }
}
