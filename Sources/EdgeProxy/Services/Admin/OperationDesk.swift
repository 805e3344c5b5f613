internal import GRPCLite
internal import Gossip
internal import Logging
internal import SidecarAPI

/// How this proxy is set, and how much it says.
struct OperationDesk: Sendable {
    private static let longestMillis: UInt64 = 7 * 24 * 3_600_000

    let me: MemberID
    let settings: [EffectiveSetting]
    /// `nil`: whoever started the proxy did not hand over its log.
    let levels: LogLevels?

    func configuration() -> AdminV1.ConfigurationReply {
        let settings = settings.sorted { $0.name < $1.name }
            .map { AdminV1.Setting(name: $0.name, value: $0.value, origin: $0.origin) }
        return AdminV1.ConfigurationReply(settings: settings, proxy: me.name)
    }

    func logLevel(
        _ request: AdminV1.LogLevelRequest, _ context: ServerCallContext
    ) throws(GRPCStatus) -> AdminV1.LogLevelReply {
        guard let levels else { throw GRPCStatus(.failedPrecondition, "this proxy's log cannot be changed") }
        if !request.level.isEmpty { try change(levels, request, context) }
        let now = ContinuousClock.now
        return AdminV1.LogLevelReply(
            settings: levels.settings.map { label, setting in
                AdminV1.LogLevelSetting(
                    label: label ?? "", level: setting.level.rawValue,
                    remainingMillis: setting.until.map { now.duration(to: $0).wholeMillis } ?? 0)
            })
    }

    private func change(
        _ levels: LogLevels, _ request: AdminV1.LogLevelRequest, _ context: ServerCallContext
    ) throws(GRPCStatus) {
        context.note("level", request.level)
        if !request.label.isEmpty { context.note("label", request.label) }
        if request.forMillis > 0 { context.note("for_ms", request.forMillis) }
        let level = Logger.Level(rawValue: request.level)
        guard level != nil || request.level == "default" else {
            let known = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw GRPCStatus(.invalidArgument, "a level is one of \(known), or default")
        }
        guard request.label.isEmpty || levels.knows(request.label) else {
            throw GRPCStatus(.invalidArgument, "no logger has this label")
        }
        levels.set(
            level, for: request.label.isEmpty ? nil : request.label,
            limit: request.forMillis == 0 ? nil : .milliseconds(min(request.forMillis, Self.longestMillis)))
    }
}
