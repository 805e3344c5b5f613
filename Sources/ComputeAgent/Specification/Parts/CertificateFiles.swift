/// Where a certificate and its private key lie, as PEM files.
package struct CertificateFiles: Equatable, Sendable {
    package var keyPath: String
    package var certificatePath: String
    package var unknown: [String: JSONValue] = [:]

    package init(keyPath: String, certificatePath: String) {
        self.keyPath = keyPath
        self.certificatePath = certificatePath
    }

    init(_ value: JSONValue, at path: String) throws(SpecFailure) {
        var fields = try JSONFields(value, at: path)
        let (key, certificate) = (try fields.text("key_path"), try fields.text("cert_path"))
        self.init(
            keyPath: try fields.need("key_path", key), certificatePath: try fields.need("cert_path", certificate))
        for (name, path) in [("key_path", keyPath), ("cert_path", certificatePath)] {
            guard path.hasPrefix("/"), !path.utf8.contains(where: { $0 < 0x20 }) else {
                throw SpecFailure(at: fields.place(of: name), "is not an absolute path")
            }
        }
        unknown = fields.rest
    }

    var json: JSONValue {
        .object(["key_path": .string(keyPath), "cert_path": .string(certificatePath)], and: unknown)
    }
}
