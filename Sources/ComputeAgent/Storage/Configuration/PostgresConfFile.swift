/// The text of `postgresql.conf`. In Postgres the last line that sets a name wins; here each name has one owner, so that
/// beside the spec's own text, which is taken as it is, no name stands in the file twice.
///
/// From the top: what is usual here, the spec's text, where storage is, what kind of compute it is, the spec's settings,
/// auditing, and last what the agent needs to be true.
package struct PostgresConfFile {
    package var spec: ComputeSpec
    package var pageservers: PageserverConnectionInfo?
    package var listenHost: String
    package var port: Int
    /// Where Postgres has a Unix socket for the agent alone; empty for none.
    package var socketFolder = ""
    /// Where the extension asks the agent for what it needs; `nil` while nobody listens.
    package var extensionServerPort: Int?
    /// The role that clients' roles are members of; `nil` while there is none.
    package var privilegedRole: String?
    /// Whether nothing is left of the subscriptions that a branch took over, so that others may run.
    package var subscriptionsAreDropped = false
    /// What the local file cache may have, in MiB; `nil`: what the spec says.
    package var fileCacheLimit: UInt64?
    /// Whether this kernel promises no more memory than it has, so that shared memory has to be a file.
    package var hasStrictOvercommit = false

    /// Settings that the agent owns: a spec's value for one of these has no effect.
    package static let ownedByAgent: Set<String> = [
        "listen_addresses", "port", "unix_socket_directories", "ssl", "ssl_cert_file", "ssl_key_file",
        "password_encryption", "logging_collector", "log_destination", "hba_file", "ident_file", "data_directory",
        "external_pid_file", "event_source", "include", "include_dir", "include_if_exists",
    ]

    package init(spec: ComputeSpec, pageservers: PageserverConnectionInfo?, listenHost: String, port: Int) {
        self.spec = spec
        self.pageservers = pageservers
        self.listenHost = listenHost
        self.port = port
    }

    package func render() -> String {
        var lines = ["# Written by sidecar at every start; changes made here do not last."]
        lines += defaults.map(\.text)
        if let text = spec.cluster.postgresqlConf {
            lines += ["", "# From the spec's text.", text]
        }
        lines += section("Where storage is.", storage)
        lines += section("What kind of compute this is.", kind)
        lines += ["", "# Settings of the spec: begin."] + settings.map(\.text) + ["# Settings of the spec: end."]
        lines += section("What memory there is for the file cache.", fileCache)
        lines += section("Auditing.", audit)
        lines += section("What the agent needs.", owned)
        lines += ["include_if_exists = '\(DataDirectory.overrideName)'"]
        return lines.joined(separator: "\n") + "\n"
    }

    private func section(_ title: String, _ lines: [ConfLine]) -> [String] {
        lines.isEmpty ? [] : ["", "# \(title)"] + lines.map(\.text)
    }

    // MARK: Who owns what

    /// What stands in the file only when the spec says nothing of it.
    private var defaults: [ConfLine] {
        let text = spec.cluster.postgresqlConf.map { PostgresConfText.settings(in: $0).map(\.name) } ?? []
        let spoken = Set(text).union(specNames)
        return [
            ConfLine("max_connections", bare: "500"),
            ConfLine("timezone", "UTC"), ConfLine("log_timezone", "UTC"),
            ConfLine("lc_messages", "C.UTF-8"), ConfLine("lc_monetary", "C.UTF-8"), ConfLine("lc_time", "C.UTF-8"),
            ConfLine("lc_numeric", "C.UTF-8"), ConfLine("default_text_search_config", "pg_catalog.english"),
        ].filter { !spoken.contains($0.name) }
    }

    private var specNames: Set<String> { Set(spec.cluster.settings.map { $0.name.lowercased() }) }

    /// Without what is said elsewhere in the file: a second copy further down would override it.
    private var settings: [ConfLine] {
        let derived = Set((storage + kind + fileCache + audit).map(\.name))
            .union(
                pageservers == nil ? [] : [PageserverResolver.connstringSetting, PageserverResolver.stripeSizeSetting])
        return spec.cluster.settings.compactMap { setting in
            let name = setting.name.lowercased()
            guard !Self.ownedByAgent.contains(name), !derived.contains(name), let value = setting.value else {
                return nil
            }
            return setting.vartype == "string"
                ? ConfLine(setting.name, value) : ConfLine(setting.name, bare: value)
        }
    }

    private var owned: [ConfLine] {
        [
            ConfLine("listen_addresses", listenHost), ConfLine("port", bare: "\(port)"),
            ConfLine("unix_socket_directories", socketFolder), ConfLine("ssl", bare: "on"),
            ConfLine("ssl_cert_file", DataDirectory.certificateName),
            ConfLine("ssl_key_file", DataDirectory.privateKeyName),
            ConfLine("password_encryption", "scram-sha-256"), ConfLine("logging_collector", bare: "off"),
            ConfLine("log_destination", spec.logsExportHost == nil ? "stderr" : "stderr,syslog"),
        ]
    }
}
