internal import Logging

/// What a spec says without effect: fields that are kept and not acted on, settings that are the agent's, and words that
/// nobody here knows. Not wrong, but worth a second look.
struct SpecRemarks {
    private(set) var remarks: [SpecPlan.Remark] = []

    /// Of those that are told.
    private static let toldLimit = 20

    /// Names of features that mean something here; others may mean something to others.
    private static let features: Set<String> = ["activity_monitor_experimental", ComputeControl.tlsFeature]

    private static let keptText = "is kept and not acted on"

    init(of spec: ComputeSpec, beside control: ComputeControl = ComputeControl()) {
        noteKept(of: spec)
        noteControl(control, of: spec)
        noteSettings(of: spec)
        for (position, feature) in spec.features.enumerated() where !Self.features.contains(feature) {
            add("spec.features[\(position)]", "is not known here")
        }
        noteUnknown(spec.unknown, at: "spec")
        noteUnknown(spec.cluster.unknown, at: "spec.cluster")
        for (position, role) in spec.cluster.roles.enumerated() {
            noteUnknown(role.unknown, at: "spec.cluster.roles[\(position)]")
        }
        for (position, database) in spec.cluster.databases.enumerated() {
            noteUnknown(database.unknown, at: "spec.cluster.databases[\(position)]")
        }
        noteUnknown(spec.pageserverConnectionInfo?.unknown ?? [:], at: "spec.pageserver_connection_info")
    }

    /// Nothing of a spec is passed over in silence.
    func tell(_ log: Logger) {
        guard !remarks.isEmpty else { return }
        let told = remarks.prefix(Self.toldLimit).map { "\($0.path): \($0.text)" }.joined(separator: "; ")
        log.notice(
            "of the spec, this has no effect here", metadata: ["fields": "\(told)", "count": "\(remarks.count)"])
    }

    private mutating func noteKept(of spec: ComputeSpec) {
        let kept: [(name: String, isSet: Bool)] = [
            ("swap_size_bytes", spec.swapSizeBytes != nil), ("disk_quota_bytes", spec.diskQuotaBytes != nil),
            ("remote_extensions", spec.remoteExtensions != nil), ("pgbouncer_settings", spec.pgbouncerSettings != nil),
            ("local_proxy_config", spec.localProxy != nil), ("autoprewarm", spec.isPrewarmedAtStart),
            ("offload_lfc_interval_seconds", spec.fileCacheOffloadIntervalSeconds != nil),
            ("endpoint_storage_addr", spec.endpointStorageAddress != nil),
            ("endpoint_storage_token", spec.endpointStorageToken != nil),
            ("databricks_settings", spec.databricks != nil),
        ]
        for field in kept where field.isSet { add("spec.\(field.name)", Self.keptText) }
        if spec.logsExportHost != nil {
            add("spec.logs_export_host", "only makes Postgres log to syslog; sending it on is not ours")
        }
    }

    private mutating func noteControl(_ control: ComputeControl, of spec: ComputeSpec) {
        if control.tls != nil, spec.certificateFiles == nil {
            add("compute_ctl_config.tls", "has no effect without the feature \(ComputeControl.tlsFeature)")
        } else if control.tls != nil, spec.storageMode == .attached {
            add("compute_ctl_config.tls", "has no effect: the other container's files are its own")
        }
        noteUnknown(control.unknown, at: "compute_ctl_config")
    }

    private mutating func noteSettings(of spec: ComputeSpec) {
        for (position, setting) in spec.cluster.settings.enumerated()
        where PostgresConfFile.ownedByAgent.contains(setting.name.lowercased()) {
            add("spec.cluster.settings[\(position)]", "\(setting.name) is the agent's; the value has no effect")
        }
        guard let text = spec.cluster.postgresqlConf else { return }
        let listed = Set(spec.cluster.settings.map { $0.name.lowercased() })
        for (name, _) in PostgresConfText.settings(in: text) {
            if PostgresConfFile.ownedByAgent.contains(name) {
                add("spec.cluster.postgresql_conf", "\(name) is the agent's; the value has no effect")
            } else if listed.contains(name) {
                add("spec.cluster.postgresql_conf", "\(name) is overridden by spec.cluster.settings")
            }
        }
        noteLibrary(of: spec, text)
    }

    private mutating func noteLibrary(of spec: ComputeSpec, _ text: String) {
        guard spec.storageMode == .pageserver else { return }
        let name = "shared_preload_libraries"
        let value = spec.cluster.setting(name)?.value ?? PostgresConfText.value(of: name, in: text) ?? ""
        let libraries = value.split(separator: ",").map { $0.filter { !$0.isWhitespace && $0 != "\"" } }
        if !libraries.contains("neon") { add("spec.cluster.settings", "\(name) lacks neon, which reads the pages") }
    }

    private mutating func noteUnknown(_ fields: [String: JSONValue], at path: String) {
        for name in fields.keys.sorted() { add(SpecFailure.path(path, name), "is not known here; kept") }
    }

    private mutating func add(_ path: String, _ text: String) {
        remarks.append(SpecPlan.Remark(path: path, text: text))
    }
}
