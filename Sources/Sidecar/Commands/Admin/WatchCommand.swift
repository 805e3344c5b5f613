internal import ArgumentParser
internal import GRPCLite
internal import SidecarAPI

/// `sidecar admin watch`
struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Show what happens in the fleet as it happens, until Ctrl-C.",
        discussion: "As the first proxy that answers sees it, or the one that --proxy names; --all asks every proxy.")

    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case member, fact, wake, sessions, reload, drain

        var message: AdminV1.EventKind {
            switch self {
            case .member: .member
            case .fact: .fact
            case .wake: .wake
            case .sessions: .sessions
            case .reload: .reload
            case .drain: .drain
            }
        }
    }

    @Option(help: "Only this kind: member, fact, wake, sessions, reload or drain. Repeatable.")
    var kind: [Kind] = []

    @Option(help: "Only what is about this endpoint.")
    var endpoint: String?

    @Flag(help: "Every proxy's view.")
    var all = false

    @OptionGroup var options: AdminOptions

    func run() async throws {
        let link = try AdminLink(options)
        let request = AdminV1.WatchRequest(kinds: kind.map(\.message), endpoint: endpoint ?? "")
        guard all else {
            return try await link.call { admin throws(GRPCStatus) in try await watch(admin, request) }
        }
        _ = try await link.callAll { [self] admin throws(GRPCStatus) in try await watch(admin, request) }
    }

    /// Returns when the stream does.
    private func watch(_ admin: AdminV1.AdminClient, _ request: AdminV1.WatchRequest) async throws(GRPCStatus) {
        let events = try await admin.watch(request, options: CallOptions())
        for try await event in events {
            guard let told = ToldEvent(event) else { continue }
            do {
                try options.tell(told) { told.line }
            } catch {
                throw GRPCStatus(.internalError, "\(error)")
            }
        }
    }
}
