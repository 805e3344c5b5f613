/// Settings for Postgres: each once, each a plain name with a value that cannot leave its line.
extension SpecReview {
    mutating func checkSettings() {
        let path = "spec.cluster.settings"
        // Postgres obeys the last of several, whoever looks one up finds the first.
        refuseDuplicates(spec.cluster.settings.map { $0.name.lowercased() }, at: path)
        for (position, setting) in spec.cluster.settings.enumerated() {
            check(setting, at: "\(path)[\(position)]")
        }
        if let text = spec.cluster.postgresqlConf, text.utf8.contains(0) {
            refuse(at: "spec.cluster.postgresql_conf", "contains a zero byte")
        }
        for (name, _) in PostgresConfText.settings(in: spec.cluster.postgresqlConf ?? "")
        where Self.places.contains(name) {
            refuse(at: "spec.cluster.postgresql_conf", "sets \(name), which is the agent's")
        }
        checkAgreement(ComputeSpec.NeonSetting.tenantID, spec.tenantID, "spec.tenant_id")
        checkAgreement(ComputeSpec.NeonSetting.timelineID, spec.timelineID, "spec.timeline_id")
        checkAgreement(ComputeSpec.NeonSetting.projectID, spec.projectID, "spec.project_id")
        checkAgreement(ComputeSpec.NeonSetting.branchID, spec.branchID, "spec.branch_id")
        checkAgreement(ComputeSpec.NeonSetting.endpointID, spec.endpointID, "spec.endpoint_id")
        checkAgreement(ComputeSpec.NeonSetting.computeMode, spec.mode.settingValue, "spec.mode")
    }

    /// Where Postgres's files are. The text goes into the file as it is, so nothing further down could take them back.
    private static let places: Set<String> = ["data_directory", "hba_file", "ident_file", "external_pid_file"]

    private mutating func check(_ setting: GenericOption, at place: String) {
        guard GenericOption.isSettingName(setting.name) else {
            return refuse(
                at: place + ".name", "\(String(setting.name.prefix(64)).debugDescription) is not the name of a setting")
        }
        guard let value = setting.value else { return refuse(at: place + ".value", "is missing") }
        if value.utf8.contains(0) { return refuse(at: place + ".value", "contains a zero byte") }
        // The value is not repeated: with the wrong vartype it may well be a connection string with a password.
        if setting.vartype != "string" && !GenericOption.isBareValue(value) {
            refuse(
                at: place + ".value",
                "of \(setting.name) is not a plain \(String(setting.vartype.prefix(16)).debugDescription)")
        }
    }

    /// Postgres would otherwise be told something else than the agent believes.
    private mutating func checkAgreement(_ name: String, _ field: String?, _ path: String) {
        guard let field, let setting = spec.cluster.setting(name)?.value else { return }
        if setting.lowercased() != field.lowercased() {
            refuse(at: "spec.cluster.settings(\(name))", "disagrees with \(path)")
        }
    }
}
