internal import ArgumentParser
internal import GRPCLite
internal import SidecarAPI

/// `sidecar admin config`
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Every setting of a proxy that counts, and where it comes from.")

    @OptionGroup var options: AdminOptions

    private struct Answer: Encodable {
        var proxy: String
        var settings: [Row]
    }

    private struct Row: Encodable {
        var name: String
        var value: String
        var origin: String
    }

    func run() async throws {
        let link = try AdminLink(options)
        let reply = try await link.call { admin throws(GRPCStatus) in
            try await admin.configuration(
                AdminV1.ConfigurationRequest(), options: CallOptions(timeout: .seconds(10)))
        }
        let rows = reply.settings.map { Row(name: $0.name, value: $0.value, origin: $0.origin) }
        try options.show(Answer(proxy: reply.proxy, settings: rows)) {
            var table = Table("SETTING", "VALUE", "ORIGIN")
            for row in rows { table.add(row.name, row.value, row.origin) }
            return table.text
        }
    }
}
