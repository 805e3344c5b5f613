/// How the HTTP proxy beside Postgres tells who a token belongs to.
package struct LocalProxy: Equatable, Sendable {
    /// Whose tokens are believed, for which roles.
    package struct KeySource: Equatable, Sendable {
        package var id: String
        package var roleNames: [String]
        package var keysURL: String
        package var providerName: String
        package var audience: String?
        package var unknown: [String: JSONValue] = [:]
    }

    package var keySources: [KeySource]?
    package var tls: CertificateFiles?
    package var unknown: [String: JSONValue] = [:]

    init(_ value: JSONValue, at path: String) throws(SpecFailure) {
        var fields = try JSONFields(value, at: path)
        keySources = try fields.list("jwks", of: KeySource.init(_:at:))
        tls = try fields.part("tls", of: CertificateFiles.init(_:at:))
        unknown = fields.rest
    }

    var json: JSONValue {
        .object(["jwks": keySources.map { .list($0.map(\.json)) }, "tls": tls?.json], and: unknown)
    }
}

extension LocalProxy.KeySource {
    init(_ value: JSONValue, at path: String) throws(SpecFailure) {
        var fields = try JSONFields(value, at: path)
        let (id, roles) = (try fields.text("id"), try fields.texts("role_names"))
        let (url, provider) = (try fields.text("jwks_url"), try fields.text("provider_name"))
        self.init(
            id: try fields.need("id", id), roleNames: try fields.need("role_names", roles),
            keysURL: try fields.need("jwks_url", url), providerName: try fields.need("provider_name", provider),
            audience: try fields.text("jwt_audience"))
        unknown = fields.rest
    }

    var json: JSONValue {
        .object(
            [
                "id": .string(id), "role_names": .list(roleNames.map(JSONValue.string)), "jwks_url": .string(keysURL),
                "provider_name": .string(providerName), "jwt_audience": audience.map(JSONValue.string),
            ], and: unknown)
    }
}
