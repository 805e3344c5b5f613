internal import ArgumentParser
internal import GRPCLite
internal import SidecarAPI
internal import SystemPackage

/// `sidecar admin notify JSON`
struct NotifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notify", abstract: "Hand the fleet a control plane's notification of changed secrets or rules.")

    @Argument(help: "The notification, JSON; “-” reads standard input.")
    var notification: String

    @OptionGroup var options: AdminOptions

    private struct Taken: Encodable {
        var topic: String
        var names: [String]
        var untold: [String]
    }

    func run() async throws {
        let bytes =
            notification == "-" ? try FileDescriptor.standardInput.bytes() : Array(notification.utf8)
        let link = try AdminLink(options)
        let request = AdminV1.NotifyRequest(notification: bytes)
        let reply = try await link.call { admin throws(GRPCStatus) in
            try await admin.notify(request, options: CallOptions(timeout: .seconds(10)))
        }
        let taken = Taken(topic: reply.topic, names: reply.names, untold: reply.untold)
        try options.show(taken) {
            guard !taken.names.isEmpty else { return "\(taken.topic): nothing to do" }
            let told = "\(taken.topic) \(taken.names.joined(separator: ", ")): asked for anew"
            return taken.untold.isEmpty
                ? told : told + "; only this proxy knows of \(taken.untold.joined(separator: ", "))"
        }
    }
}
