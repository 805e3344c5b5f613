internal import ArgumentParser
internal import GRPCLite
internal import SidecarAPI

/// `sidecar admin cache purge`
struct CacheCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cache", abstract: "What proxies remember.", subcommands: [PurgeCommand.self])

    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case compute
        /// Role secrets and access rules.
        case access

        var message: AdminV1.CacheKind {
            switch self {
            case .compute: .compute
            case .access: .access
            }
        }

        init?(_ message: AdminV1.CacheKind) {
            switch message {
            case .compute: self = .compute
            case .access: self = .access
            case .unspecified, .unrecognized: return nil
            }
        }
    }

    struct PurgeCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "purge",
            abstract: "Empty caches of every proxy, or of the one that --proxy names. Open sessions stay.")

        @Argument(help: "One endpoint's entries alone.")
        var name: String?

        @Option(help: "Only this cache: compute, or access for secrets and rules. Repeatable. Default: all.")
        var cache: [Kind] = []

        @OptionGroup var options: AdminOptions

        private struct Purged: Encodable {
            var proxy: String
            var cache: String
            var entries: UInt64
        }

        func run() async throws {
            let link = try AdminLink(options)
            let request = AdminV1.CachePurgeRequest(name: name ?? "", caches: cache.map(\.message))
            let answers = try await link.callAll { admin throws(GRPCStatus) in
                try await admin.cachePurge(request, options: CallOptions(timeout: .seconds(10)))
            }
            let rows = answers.flatMap { answer in
                answer.value.purged.map {
                    Purged(proxy: answer.proxy, cache: Kind($0.cache)?.rawValue ?? "?", entries: $0.entries)
                }
            }
            try options.show(["purged": rows]) {
                var table = Table("PROXY", "CACHE", "ENTRIES")
                for row in rows { table.add(row.proxy, row.cache, "\(row.entries)") }
                return table.text
            }
        }
    }
}
