internal import ArgumentParser
internal import GRPCLite
internal import SidecarAPI

/// `sidecar admin endpoint delete NAME`
struct EndpointDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete an endpoint with all of its data, for good.",
        discussion: "An endpoint whose compute runs is not deleted: suspend it first, or use --force.")

    @Argument(help: "The endpoint.")
    var name: String

    @Flag(help: "Stop its compute first. Sessions end.")
    var force = false

    @OptionGroup var options: AdminOptions

    private struct Deleted: Encodable {
        var endpoint: String
        var deleted = true
        var generation: UInt64
    }

    func run() async throws {
        let link = try AdminLink(options)
        let request = AdminV1.EndpointDeleteRequest(name: name, force: force)
        let reply = try await link.call { admin throws(GRPCStatus) in
            try await admin.endpointDelete(request, options: CallOptions(timeout: .seconds(90)))
        }
        let deleted = Deleted(endpoint: name, generation: reply.summary?.generation ?? 0)
        try options.show(deleted) { "\(name) is deleted" }
    }
}
