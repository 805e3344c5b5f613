internal import ArgumentParser
internal import GRPCLite
internal import SidecarAPI

/// `sidecar admin log-level [LEVEL]`
struct LogLevelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log-level", abstract: "Show how much proxies log, or change it while they run.",
        discussion: "On every proxy, or on the one that --proxy names. A proxy that is started anew forgets it.")

    @Argument(help: "trace, debug, info, notice, warning, error or critical; “default”: as it was started.")
    var level: String?

    @Option(help: "Of this logger alone, such as audit.")
    var label: String?

    @Option(name: .customLong("for"), help: "For so long, and then as before: 10m.")
    var limit: DurationArgument?

    @OptionGroup var options: AdminOptions

    private struct Row: Encodable {
        var proxy: String
        var label: String
        var level: String
        var remainingMillis: UInt64
    }

    func run() async throws {
        var request = AdminV1.LogLevelRequest(level: level ?? "", label: label ?? "")
        if let limit {
            guard let duration = limit.duration, level != nil else {
                throw ValidationError("--for must be a time, such as 10m, and needs a level")
            }
            request.forMillis = UInt64(max(1, duration / .milliseconds(1)))
        }
        let link = try AdminLink(options)
        let answers = try await link.callAll { [request] admin throws(GRPCStatus) in
            try await admin.logLevel(request, options: CallOptions(timeout: .seconds(10)))
        }
        let rows = answers.flatMap { answer in
            answer.value.settings.map {
                Row(proxy: answer.proxy, label: $0.label, level: $0.level, remainingMillis: $0.remainingMillis)
            }
        }
        try options.show(["levels": rows]) {
            var table = Table("PROXY", "LOGGER", "LEVEL", "FOR")
            for row in rows {
                table.add(
                    row.proxy, row.label.isEmpty ? "all others" : row.label, row.level,
                    row.remainingMillis > 0 ? Words.span(millis: row.remainingMillis) : "")
            }
            return table.text
        }
    }
}
