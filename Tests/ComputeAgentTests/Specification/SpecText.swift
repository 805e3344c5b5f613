import ComputeAgent

/// Specs for tests, written as the JSON they travel in.
enum SpecText {
    static let verifier =
        "SCRAM-SHA-256$4096:c2FsdHNhbHRzYWx0c2FsdA==$"
        + "c3RvcmVkIGtleSBzdG9yZWQga2V5IHN0b3JlZCBrZXk=:c2VydmVyIGtleSBzZXJ2ZXIga2V5IHNlcnZlciBrZXk="

    /// A small local spec with one role and one database; `extra` are more fields of the spec.
    static func local(
        roles: String = #"{"name": "demo", "encrypted_password": "\#(verifier)"}"#,
        databases: String = #"{"name": "demo", "owner": "demo"}"#, settings: String = "", extra: String = ""
    ) -> String {
        """
        {"spec": {"format_version": 1.0, "suspend_timeout_seconds": 300, \(extra)
          "cluster": {"roles": [\(roles)], "databases": [\(databases)], "settings": [\(settings)]}},
         "compute_ctl_config": {"jwks": {"keys": []}}}
        """
    }

    static func read(_ text: String) throws -> ComputeSpec? {
        try SpecEnvelope(json: Array(text.utf8)).spec
    }

    /// What is wrong with it, as `path: problem`.
    static func complaint(about text: String) -> String? {
        do {
            _ = try SpecEnvelope(json: Array(text.utf8))
            return nil
        } catch {
            return "\(error)"
        }
    }
}
