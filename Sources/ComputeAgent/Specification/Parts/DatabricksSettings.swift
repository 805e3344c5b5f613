/// What one provider's variant asks for. Kept, not acted on.
package struct DatabricksSettings: Equatable, Sendable {
    package struct TLSFiles: Equatable, Sendable {
        package var keyFile: String
        package var certificateFile: String
        package var authorityFile: String
        package var unknown: [String: JSONValue] = [:]
    }

    package var tls: TLSFiles
    package var hostBasedAccessFile: String
    package var identMapFile: String
    package var workspaceHost: String
    package var unknown: [String: JSONValue] = [:]

    init(_ value: JSONValue, at path: String) throws(SpecFailure) {
        var fields = try JSONFields(value, at: path)
        let tls = try fields.part("pg_compute_tls_settings", of: TLSFiles.init(_:at:))
        self.tls = try fields.need("pg_compute_tls_settings", tls)
        let (access, ident) = (try fields.text("databricks_pg_hba"), try fields.text("databricks_pg_ident"))
        hostBasedAccessFile = try fields.need("databricks_pg_hba", access)
        identMapFile = try fields.need("databricks_pg_ident", ident)
        let host = try fields.text("databricks_workspace_host")
        workspaceHost = try fields.need("databricks_workspace_host", host)
        unknown = fields.rest
    }

    var json: JSONValue {
        .object(
            [
                "pg_compute_tls_settings": tls.json, "databricks_pg_hba": .string(hostBasedAccessFile),
                "databricks_pg_ident": .string(identMapFile), "databricks_workspace_host": .string(workspaceHost),
            ], and: unknown)
    }
}

extension DatabricksSettings.TLSFiles {
    init(_ value: JSONValue, at path: String) throws(SpecFailure) {
        var fields = try JSONFields(value, at: path)
        let (key, certificate) = (try fields.text("key_file"), try fields.text("cert_file"))
        let authority = try fields.text("ca_file")
        self.init(
            keyFile: try fields.need("key_file", key), certificateFile: try fields.need("cert_file", certificate),
            authorityFile: try fields.need("ca_file", authority))
        unknown = fields.rest
    }

    var json: JSONValue {
        .object(
            [
                "key_file": .string(keyFile), "cert_file": .string(certificateFile), "ca_file": .string(authorityFile),
            ], and: unknown)
    }
}
