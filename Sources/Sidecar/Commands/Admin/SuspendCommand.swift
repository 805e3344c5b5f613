internal import ArgumentParser
internal import GRPCLite
internal import SidecarAPI

/// `sidecar admin suspend NAME`
struct SuspendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suspend", abstract: "Stop an endpoint's compute, and wait until it has ended.")

    @Argument(help: "The endpoint.")
    var name: String

    @Flag(help: "Without a checkpoint: the next start recovers from the log.")
    var immediate = false

    @OptionGroup var options: AdminOptions

    private struct Suspended: Encodable {
        var endpoint: String
        var suspended = true
    }

    func run() async throws {
        let link = try AdminLink(options)
        let request = AdminV1.SuspendRequest(name: name, immediate: immediate)
        _ = try await link.call { admin throws(GRPCStatus) in
            try await admin.suspend(request, options: CallOptions(timeout: .seconds(60)))
        }
        try options.show(Suspended(endpoint: name)) { "\(name) is suspended" }
    }
}
