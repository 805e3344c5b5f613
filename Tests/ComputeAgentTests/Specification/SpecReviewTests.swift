import ComputeAgent
import Testing

/// What the field's reader lets through and a control plane may still get wrong.
@Suite struct SpecReviewTests {
    private static let tenant = String(repeating: "a", count: 32)

    private static func remote(_ extra: String = "", safekeepers: String = #""sk-0:1", "sk-1:1""#) -> String {
        extra + """
            "tenant_id": "\(tenant)", "timeline_id": "\(tenant)", "pageserver_connstring": "host=ps",
            "safekeeper_connstrings": [\(safekeepers)],
            """
    }

    private static func text(_ settings: (String, String)...) -> String {
        settings.map { #"{"name": "\#($0.0)", "value": "\#($0.1)", "vartype": "string"}"# }.joined(separator: ",")
    }

    @Test(arguments: [
        (#""suspend_timeout_seconds": -2,"#, "spec.suspend_timeout_seconds: "),
        (#""reconfigure_concurrency": 0,"#, "spec.reconfigure_concurrency: "),
        (#""swap_size_bytes": -1,"#, "spec.swap_size_bytes: is not a number that fits"),
        (#""swap_size_bytes": 18446744073709551616,"#, "spec.swap_size_bytes: is not a number that fits"),
        (#""features": [1],"#, "spec.features[0]: is not a string"),
        (#""mode": "primary","#, "spec.mode: is none of"),
        (#""mode": {"Static": "16E4018"},"#, "spec.mode.Static: "),
        (#""mode": {"Static": "+1/0"},"#, "spec.mode.Static: "),
        (#""mode": {"Static": "0/0"},"#, "spec.mode: only a Primary"),
        (#""storage_mode": "cloud","#, "spec.storage_mode: is none of local, pageserver, attached"),
        (#""audit_log_level": "Loud","#, "spec.audit_log_level: "),
        (#""offload_lfc_interval_seconds": 0,"#, "spec.offload_lfc_interval_seconds: "),
        (#""logs_export_host": "logs","#, "spec.logs_export_host: is not host:port"),
        (#""endpoint_storage_addr": "a b:1","#, "spec.endpoint_storage_addr: is not host:port"),
        (#""storage_auth_token": "a\r\nb","#, "spec.storage_auth_token: contains a control"),
        (#""endpoint_id": "a\nb","#, "spec.endpoint_id: contains a control"),
        (#""pgbouncer_settings": {"a": "1\nb = 2"},"#, "spec.pgbouncer_settings.a: contains a control"),
        (#""pgbouncer_settings": {"[x]": "1"},"#, #"spec.pgbouncer_settings["[x]"]: is not the name"#),
        (
            #""remote_extensions": {"library_index": {"a": "b"}, "extension_data": {}},"#,
            "spec.remote_extensions.library_index.a: names an extension"
        ),
        (
            #""remote_extensions": {"library_index": {}, "extension_data": {"a": {"control_data": {}, "#
                + #""archive_path": "../x"}}},"#, "spec.remote_extensions.extension_data.a.archive_path: "
        ),
        (
            #""remote_extensions": {"library_index": {}, "extension_data": {"a": {"control_data": {"../b.control": ""}, "#
                + #""archive_path": "x"}}},"#,
            "spec.remote_extensions.extension_data.a.control_data[\"../b.control\"]: "
        ),
        (
            #""local_proxy_config": {"jwks": [{"id": "1", "role_names": [], "provider_name": "", "#
                + #""jwks_url": "file:///etc/passwd"}]},"#, "spec.local_proxy_config.jwks[0].jwks_url: "
        ),
    ])
    func `a field that cannot be`(extra: String, complaint: String) {
        let base = SpecText.local(extra: extra)
        let text = extra.contains("suspend") ? base.replacing(#""suspend_timeout_seconds": 300, "#, with: "") : base
        let said = SpecText.complaint(about: text) ?? "nothing"
        #expect(said.hasPrefix(complaint), "\(said)")
    }

    @Test(arguments: [
        (#"{"action": "rename_db", "name": "a"}"#, "spec.delta_operations[0].new_name: is missing"),
        (#"{"action": "rename_role", "name": "a", "new_name": null}"#, "spec.delta_operations[0].new_name: is missing"),
        (#"{"action": "rename_role", "name": "a", "new_name": "a"}"#, "spec.delta_operations[0].new_name: is the old"),
        (#"{"action": "rename_db", "name": "a", "new_name": "template1"}"#, "spec.delta_operations[0].new_name: "),
        (#"{"action": "delete_db", "name": "postgres"}"#, "spec.delta_operations[0].name: "),
        (#"{"action": "delete_role", "name": "cloud_admin"}"#, "spec.delta_operations[0].name: "),
        (#"{"action": "delete_role", "name": "demo"}"#, #"spec.delta_operations[0]: "demo" is among the roles"#),
        (#"{"action": "drop_everything", "name": "a"}"#, "spec.delta_operations[0].action: is none of delete_db"),
        (#"{"action": "delete_db"}"#, "spec.delta_operations[0].name: is missing"),
    ])
    func `a change that cannot be made`(operation: String, complaint: String) {
        let said =
            SpecText.complaint(about: SpecText.local(extra: #""delta_operations": [\#(operation)],"#)) ?? "nothing"
        #expect(said.hasPrefix(complaint), "\(said)")
    }

    @Test func `a database may be made anew`() {
        let extra = #""delta_operations": [{"action": "delete_db", "name": "demo"}],"#
        #expect(SpecText.complaint(about: SpecText.local(extra: extra)) == nil)
    }

    @Test(arguments: [
        (#""sk-0:1", "sk-0:1""#, #"spec.safekeeper_connstrings[1]: "sk-0:1" is there twice"#),
        (#""sk-0:1", "SK-0:1""#, "spec.safekeeper_connstrings[1]: "),
        (#""g#3:sk-0:1""#, "spec.safekeeper_connstrings[0]: is not host:port"),
        (#""sk-0:1,sk-1:1""#, "spec.safekeeper_connstrings[0]: is not host:port"),
        (#""sk-0""#, "spec.safekeeper_connstrings[0]: is not host:port"),
        (#""sk-0:0""#, "spec.safekeeper_connstrings[0]: is not host:port"),
        (#""sk'-0:1""#, "spec.safekeeper_connstrings[0]: is not host:port"),
        (#""::1:5454""#, "spec.safekeeper_connstrings[0]: is not host:port"),
        ("", "spec.safekeeper_connstrings: a primary needs"),
    ])
    func `safekeepers`(list: String, complaint: String) {
        let said = SpecText.complaint(about: SpecText.local(extra: Self.remote(safekeepers: list))) ?? "nothing"
        #expect(said.hasPrefix(complaint), "\(said)")
    }

    @Test func `only a primary needs safekeepers`() {
        let text = SpecText.local(extra: Self.remote(#""mode": "Replica","#, safekeepers: ""))
        #expect(SpecText.complaint(about: text) == nil)
    }

    @Test(arguments: [
        (("neon.safekeepers", "sk-0:1,sk-2:1"), "spec.cluster.settings(neon.safekeepers): disagrees"),
        (("neon.safekeepers", "g#2:sk-0:1,sk-1:1"), "spec.cluster.settings(neon.safekeepers): disagrees"),
        (("neon.tenant_id", "b"), "spec.cluster.settings(neon.tenant_id): disagrees with spec.tenant_id"),
        (("neon.timeline_id", "b"), "spec.cluster.settings(neon.timeline_id): disagrees"),
        (("neon.project_id", "b"), "spec.cluster.settings(neon.project_id): disagrees"),
        (("neon.compute_mode", "replica"), "spec.cluster.settings(neon.compute_mode): disagrees"),
        (("Neon.Pageserver_connstring", "host=other"), "spec.cluster.settings(neon.pageserver_connstring): disagrees"),
    ])
    func `a setting left over from before`(setting: (String, String), complaint: String) {
        let extra = Self.remote(#""project_id": "a","#)
        let said = SpecText.complaint(about: SpecText.local(settings: Self.text(setting), extra: extra)) ?? "nothing"
        #expect(said.hasPrefix(complaint), "\(said)")
    }

    @Test func `settings that say the same are no conflict`() {
        let settings = Self.text(
            ("neon.safekeepers", "g#3:sk-1:1,sk-0:1"), ("neon.tenant_id", Self.tenant.uppercased()),
            ("neon.pageserver_connstring", "host=ps"), ("neon.compute_mode", "primary"))
        let extra = Self.remote(#""safekeepers_generation": 3,"#)
        #expect(SpecText.complaint(about: SpecText.local(settings: settings, extra: extra)) == nil)
    }

    @Test func `everything wrong is found, not only the first`() throws {
        let text = SpecText.local(
            roles: #"{"name": "a"}, {"name": "a"}"#, databases: #"{"name": "d", "owner": "x"}"#,
            extra: #""reconfigure_concurrency": 0,"#)
        let spec = try #require(try SpecEnvelope(unchecked: Array(text.utf8)).spec)
        #expect(
            SpecReview(of: spec).failures.map(\.path)
                == ["spec.reconfigure_concurrency", "spec.cluster.roles[1]", "spec.cluster.databases[0].owner"])
    }

    @Test func `a value is not repeated in an error`() {
        let settings = #"{"name": "primary_conninfo", "value": "password=hunter2", "vartype": "integer"}"#
        let said = SpecText.complaint(about: SpecText.local(settings: settings)) ?? "nothing"
        #expect(said == #"spec.cluster.settings[0].value: of primary_conninfo is not a plain "integer""#)
    }

    @Test func `where the files are is not for the text to say`() throws {
        var spec = try #require(try SpecText.read(SpecText.local()))
        spec.cluster.postgresqlConf = "# data_directory = 'x'\nport = 5\n"
        #expect(SpecReview(of: spec).failures.isEmpty)
        spec.cluster.postgresqlConf = "port = 5\n  HBA_file='/tmp/open'"
        let complaint = "spec.cluster.postgresql_conf: sets hba_file, which is the agent's"
        #expect(SpecReview(of: spec).failures.map(\.description) == [complaint])
    }

    @Test func `names cannot forge a line of the log`() {
        let text =
            #"{"spec": {"cluster": {"roles": [], "databases": []}, "format_version": 1, "#
            + #""suspend_timeout_seconds": 0, "pgbouncer_settings": {"a\nb": 1}}}"#
        #expect(SpecText.complaint(about: text) == #"spec.pgbouncer_settings["a\nb"]: is not a string"#)
    }

    @Test func `a pushed spec has to be there, and its keys public`() {
        func complaint(_ text: String) -> String? {
            do throws(SpecFailure) { _ = try SpecEnvelope(json: Array(text.utf8), from: .pushed) } catch {
                return "\(error)"
            }
            return nil
        }
        #expect(complaint(SpecText.local()) == nil)
        #expect(complaint(#"{"spec": null, "compute_ctl_config": {}}"#) == "spec: must not be null")
        let secret = #"{"spec": null, "compute_ctl_config": {"jwks": {"keys": [{"kty": "OKP", "d": "c2VjcmV0"}]}}}"#
        #expect(complaint(secret)?.hasPrefix("compute_ctl_config.jwks.keys[0].d: is a private key") == true)
        let tls = #"{"spec": null, "compute_ctl_config": {"tls": {"key_path": "k", "cert_path": "/c"}}}"#
        #expect(complaint(tls) == "compute_ctl_config.tls.key_path: is not an absolute path")
    }
}
