/// The lines that follow from fields of the spec, and not from its settings.
extension PostgresConfFile {
    /// The stripe size comes first: it is captured when the addresses are assigned, in the file's order.
    var storage: [ConfLine] {
        typealias Setting = ComputeSpec.NeonSetting
        let safekeepers = SafekeeperList(
            generation: spec.safekeepersGeneration, addresses: spec.safekeeperConnstrings)
        return pageserverLines
            + [
                ConfLine(Setting.safekeepers, safekeepers.addresses.isEmpty ? nil : safekeepers.settingValue),
                ConfLine(Setting.tenantID, spec.tenantID), ConfLine(Setting.timelineID, spec.timelineID),
                ConfLine(Setting.projectID, spec.projectID), ConfLine(Setting.branchID, spec.branchID),
                ConfLine(Setting.endpointID, spec.endpointID),
            ].compactMap(\.self)
    }

    private var pageserverLines: [ConfLine] {
        guard let pageservers else { return [] }
        let urls = pageservers.shards.map { $0.pageservers.first?.libpqURL }
        guard !urls.contains(nil) else {
            let name = PageserverResolver.connstringSetting
            return [ConfLine(comment: "No libpq address for every shard, so \(name) is not set.")]
        }
        let list = ConfLine(PageserverResolver.connstringSetting, urls.compactMap(\.self).joined(separator: ","))
        guard let size = pageservers.stripeSize else { return [list] }
        return [ConfLine(PageserverResolver.stripeSizeSetting, bare: "\(size)"), list]
    }

    /// On local storage Postgres is what it always is.
    var kind: [ConfLine] {
        var lines: [ConfLine] = []
        if spec.storageMode != .local {
            lines.append(ConfLine(ComputeSpec.NeonSetting.computeMode, bare: spec.mode.settingValue))
        }
        switch spec.mode {
        case .primary: break
        case .replica: lines.append(ConfLine("hot_standby", bare: "on"))
        case .static(let lsn):
            lines += [ConfLine("hot_standby", bare: "on"), ConfLine("recovery_target_lsn", lsn.description)]
        }
        if hasStrictOvercommit { lines.append(ConfLine("dynamic_shared_memory_type", bare: "mmap")) }
        if let privilegedRole { lines.append(ConfLine(ComputeSpec.NeonSetting.privilegedRole, privilegedRole)) }
        if let extensionServerPort {
            lines.append(ConfLine(ComputeSpec.NeonSetting.extensionServerPort, bare: "\(extensionServerPort)"))
        }
        if spec.storageMode == .pageserver {
            let isDisabled = spec.dropsSubscriptionsBeforeStart && !subscriptionsAreDropped
            lines.append(ConfLine(ComputeSpec.NeonSetting.subscribersDisabled, bare: "\(isDisabled)"))
        }
        return lines
    }

    var fileCache: [ConfLine] {
        fileCacheLimit.map { [ConfLine(ComputeSpec.NeonSetting.fileCacheSizeLimit, bare: "\($0)")] } ?? []
    }

    /// What pgaudit logs, and that it is loaded at all.
    var audit: [ConfLine] {
        let lines: [ConfLine]
        switch spec.auditLogLevel {
        case .disabled: return []
        case .base: lines = [ConfLine("pgaudit.log", "ddl,role"), ConfLine("pgaudit.log_catalog", bare: "off")]
        case .extended: lines = auditToFile("all, -misc", parameters: "off")
        case .full: lines = auditToFile("all", parameters: "on")
        }
        let libraries = spec.auditLogLevel == .base ? ["pgaudit"] : ["pgaudit", "pgauditlogtofile"]
        return [ConfLine("shared_preload_libraries", preloaded(with: libraries))] + lines
    }

    private func auditToFile(_ what: String, parameters: String) -> [ConfLine] {
        [
            ConfLine("pgaudit.log", what), ConfLine("pgaudit.log_parameter", bare: parameters),
            ConfLine("pgaudit.log_catalog", bare: "off"), ConfLine("pgauditlogtofile.log_rotation_age", bare: "5"),
        ]
    }

    /// The spec's own list, and behind it what is not in it yet.
    private func preloaded(with libraries: [String]) -> String {
        let name = "shared_preload_libraries"
        let own =
            spec.cluster.setting(name)?.value
            ?? spec.cluster.postgresqlConf.flatMap { PostgresConfText.value(of: name, in: $0) } ?? ""
        let present = own.split(separator: ",").map { $0.filter { !$0.isWhitespace && $0 != "\"" } }
            .filter { !$0.isEmpty }
        return (present + libraries.filter { !present.contains($0) }).joined(separator: ",")
    }
}
