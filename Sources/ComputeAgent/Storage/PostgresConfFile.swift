/// The text of `postgresql.conf`. In Postgres the last line that sets a name wins, so the order is the policy:
/// defaults, the spec's own text, where storage is, the spec's settings, and last what the agent needs to be true.
package struct PostgresConfFile {
    package var spec: ComputeSpec
    package var pageservers: PageserverConnectionInfo?
    package var listenHost: String
    package var port: Int

    /// Settings that the agent owns: a spec's value for one of these has no effect.
    package static let ownedByAgent: Set<String> = [
        "listen_addresses", "port", "unix_socket_directories", "ssl", "ssl_cert_file", "ssl_key_file",
        "password_encryption", "logging_collector", "log_destination", "hba_file", "ident_file", "data_directory",
        "external_pid_file", "event_source",
    ]

    package init(spec: ComputeSpec, pageservers: PageserverConnectionInfo?, listenHost: String, port: Int) {
        self.spec = spec
        self.pageservers = pageservers
        self.listenHost = listenHost
        self.port = port
    }

    package func render() -> String {
        var lines = ["# Written by sidecar at every start; changes made here do not last."]
        lines += defaults
        if let text = spec.cluster.postgresqlConf {
            lines += ["", "# From the spec's text.", text]
        }
        lines += storage
        lines += settings
        lines += owned
        return lines.joined(separator: "\n") + "\n"
    }

    /// `'` and `\` are doubled; a line break, which may not stand in a quoted value, is spelt `\n`.
    package static func quoted(_ value: String) -> String {
        var text = "'"
        for scalar in value.unicodeScalars {
            switch scalar {
            case "'": text += "''"
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "'"
    }

    private var defaults: [String] {
        [
            "max_connections = 500",
            "timezone = 'UTC'", "log_timezone = 'UTC'",
            "lc_messages = 'C.UTF-8'", "lc_monetary = 'C.UTF-8'", "lc_time = 'C.UTF-8'", "lc_numeric = 'C.UTF-8'",
            "default_text_search_config = 'pg_catalog.english'",
        ]
    }

    /// The stripe size must come first: it is captured when the addresses are assigned, in the file's order.
    private var storage: [String] {
        var lines: [String] = []
        if let pageservers {
            let urls = pageservers.shards.map { $0.pageservers.first?.libpqURL }
            if urls.contains(nil) {
                lines.append(
                    "# No libpq address for every shard, so \(PageserverResolver.connstringSetting) is not set.")
            } else {
                if let stripeSize = pageservers.stripeSize {
                    lines.append("\(PageserverResolver.stripeSizeSetting) = \(stripeSize)")
                }
                let list = urls.compactMap(\.self).joined(separator: ",")
                lines.append("\(PageserverResolver.connstringSetting) = \(Self.quoted(list))")
            }
        }
        for (name, value) in [
            ("neon.tenant_id", spec.tenantID), ("neon.timeline_id", spec.timelineID),
            ("neon.endpoint_id", spec.endpointID),
        ] {
            if let value { lines.append("\(name) = \(Self.quoted(value))") }
        }
        return lines.isEmpty ? [] : ["", "# Where storage is."] + lines
    }

    private var settings: [String] {
        let lines = spec.cluster.settings.compactMap { setting -> String? in
            let name = setting.name.lowercased()
            guard !Self.ownedByAgent.contains(name), !isDerived(name), let value = setting.value else { return nil }
            return "\(setting.name) = \(setting.vartype == "string" ? Self.quoted(value) : value)"
        }
        return ["", "# Settings of the spec: begin."] + lines + ["# Settings of the spec: end."]
    }

    /// Already rendered from the resolved connection info; a second copy further down would override it.
    private func isDerived(_ name: String) -> Bool {
        pageservers != nil
            && [PageserverResolver.connstringSetting, PageserverResolver.stripeSizeSetting].contains(name)
    }

    private var owned: [String] {
        [
            "", "# What the agent needs.",
            "listen_addresses = \(Self.quoted(listenHost))",
            "port = \(port)",
            "unix_socket_directories = ''",
            "ssl = on",
            "ssl_cert_file = '\(DataDirectory.certificateName)'",
            "ssl_key_file = '\(DataDirectory.privateKeyName)'",
            "password_encryption = 'scram-sha-256'",
            "logging_collector = off",
            "log_destination = 'stderr'",
        ]
    }
}
