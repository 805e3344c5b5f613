internal import ArgumentParser
internal import GRPCLite
internal import SidecarAPI

/// `sidecar admin gossip resync`
struct GossipCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gossip", abstract: "What the proxies tell each other.", subcommands: [ResyncCommand.self])

    struct ResyncCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "resync",
            abstract: "Make the answering proxy forget what gossip brought, and fetch it anew from the others.")

        @OptionGroup var options: AdminOptions

        func run() async throws {
            let link = try AdminLink(options)
            _ = try await link.call { admin throws(GRPCStatus) in
                try await admin.gossipResync(
                    AdminV1.GossipResyncRequest(), options: CallOptions(timeout: .seconds(10)))
            }
            try options.show(["resync": "begun"]) { "resync begun" }
        }
    }
}
