internal import ArgumentParser
internal import GRPCLite
internal import SidecarAPI

/// `sidecar admin members`
struct MembersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "members", abstract: "The proxies of the fleet, as the one that answers sees them.")

    @OptionGroup var options: AdminOptions

    private struct Row: Encodable {
        var id: String
        var grpc: String
        var state: String
        var draining: Bool
        var startedUnixMicros: Int64?
    }

    func run() async throws {
        let link = try AdminLink(options)
        let reply = try await link.call { admin throws(GRPCStatus) in
            try await admin.members(AdminV1.MembersRequest(), options: CallOptions(timeout: .seconds(10)))
        }
        let rows = reply.members.map { member in
            Row(
                id: member.id, grpc: member.grpcAddress, state: member.state, draining: member.draining,
                startedUnixMicros: member.startedUnixMicros == 0 ? nil : member.startedUnixMicros)
        }
        try options.show(["members": rows]) {
            var table = Table("ID", "GRPC", "STATE", "DRAINING", "STARTED (UTC)")
            for row in rows {
                table.add(
                    row.id, row.grpc, row.state, row.draining ? "yes" : "no", Table.time(row.startedUnixMicros ?? 0))
            }
            return table.text
        }
    }
}
