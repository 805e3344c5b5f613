internal import ArgumentParser
internal import GRPCLite
internal import SidecarAPI

/// An endpoint in JSON.
struct EndpointFacts: Encodable {
    var name: String
    var state: String
    var generation: UInt64
    var sequence: UInt64
    var address: String
    var computeId: String
    var updatedUnixMicros: Int64

    init(_ summary: AdminV1.EndpointSummary) {
        name = summary.name
        state = summary.state
        generation = summary.generation
        sequence = summary.sequence
        address = summary.address
        computeId = summary.computeID
        updatedUnixMicros = summary.updatedUnixMicros
    }
}

/// `sidecar admin endpoints`
struct EndpointsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "endpoints", abstract: "All endpoints, and where their computes are.")

    @OptionGroup var options: AdminOptions

    func run() async throws {
        let link = try AdminLink(options)
        let reply = try await link.call { admin throws(GRPCStatus) in
            try await admin.endpoints(AdminV1.EndpointsRequest(), options: CallOptions(timeout: .seconds(10)))
        }
        let rows = reply.endpoints.map(EndpointFacts.init)
        try options.show(["endpoints": rows]) {
            var table = Table("NAME", "STATE", "VERSION", "ADDRESS", "COMPUTE", "UPDATED (UTC)")
            for row in rows {
                table.add(
                    row.name, row.state, "\(row.generation).\(row.sequence)", row.address, row.computeId,
                    Table.time(row.updatedUnixMicros))
            }
            return table.text
        }
    }
}
