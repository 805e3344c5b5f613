internal import ArgumentParser
internal import GRPCLite
internal import SidecarAPI

/// `sidecar admin wake NAME`
struct WakeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wake", abstract: "Start an endpoint's compute, and wait until it accepts connections.")

    @Argument(help: "The endpoint.")
    var name: String

    @Option(help: "How long to wait.")
    var timeout = DurationArgument(seconds: 30)

    @OptionGroup var options: AdminOptions

    private struct Woken: Encodable {
        var endpoint: String
        var generation: UInt64
        var sequence: UInt64
        var address: String
        var serverName: String
        var computeId: String
    }

    func run() async throws {
        guard let limit = timeout.duration else { throw ValidationError("--timeout must be a time, such as 30s") }
        let link = try AdminLink(options)
        let request = AdminV1.WakeRequest(name: name, timeoutMillis: UInt64(limit / .milliseconds(1)))
        let reply = try await link.call { admin throws(GRPCStatus) in
            try await admin.wake(request, options: CallOptions(timeout: limit + .seconds(2)))
        }
        guard let location = reply.location else { throw CommandFailure.failed("the proxy named no location") }
        let woken = Woken(
            endpoint: location.endpoint, generation: location.generation, sequence: location.sequence,
            address: location.address, serverName: location.serverName, computeId: location.computeID)
        try options.show(woken) {
            "\(woken.endpoint) runs at \(woken.address), generation \(woken.generation) (\(woken.computeId))"
        }
    }
}
