internal import ArgumentParser
internal import GRPCLite
internal import SidecarAPI

/// `sidecar admin endpoint show NAME`
struct EndpointShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "One endpoint and what has happened to it, in order.")

    @Argument(help: "The endpoint.")
    var name: String

    @OptionGroup var options: AdminOptions

    private struct Shown: Encodable {
        var endpoint: EndpointFacts?
        var history: [Entry]
        var cache: CacheFacts?
        var reported: ReportedFacts?
        /// Why the control plane's part is missing.
        var unavailable: String?
    }

    private struct Entry: Encodable {
        var atUnixMicros: Int64
        var generation: UInt64
        var sequence: UInt64
        var source: String
        var event: String
        var detail: String

        init(_ entry: AdminV1.HistoryEntry) {
            atUnixMicros = entry.atUnixMicros
            generation = entry.generation
            sequence = entry.sequence
            source = entry.source
            event = entry.event
            detail = entry.detail
        }
    }

    func run() async throws {
        let link = try AdminLink(options)
        let request = AdminV1.EndpointShowRequest(name: name)
        let reply = try await link.call { admin throws(GRPCStatus) in
            try await admin.endpointShow(request, options: CallOptions(timeout: .seconds(10)))
        }
        let shown = Shown(
            endpoint: reply.summary.map(EndpointFacts.init), history: reply.history.map(Entry.init),
            cache: reply.cache.map(CacheFacts.init), reported: try await reported(link, reply.cache),
            unavailable: reply.unavailable.isEmpty ? nil : reply.unavailable)
        try options.show(shown) { Self.table(shown) }
    }

    /// The agent tells one proxy, and only that one knows.
    private func reported(_ link: AdminLink, _ known: AdminV1.EndpointCache?) async throws -> ReportedFacts? {
        guard link.proxies.count > 1 else { return ReportedFacts.newest(of: [known].compactMap(\.self)) }
        let request = AdminV1.EndpointShowRequest(name: name, cacheOnly: true)
        let answers = try await link.callAll { admin throws(GRPCStatus) in
            do throws(GRPCStatus) {
                return try await admin.endpointShow(request, options: CallOptions(timeout: .seconds(5)))
            } catch {
                // One that hangs is one that does not answer: the others do.
                guard error.code == .deadlineExceeded else { throw error }
                throw GRPCStatus(.unavailable, "no answer in time")
            }
        }
        return ReportedFacts.newest(of: answers.compactMap(\.value.cache))
    }

    private static func table(_ shown: Shown) -> String {
        var lines: [String] = []
        if let endpoint = shown.endpoint {
            lines = [
                "endpoint  \(endpoint.name)", "state     \(endpoint.state)",
                "version   \(endpoint.generation).\(endpoint.sequence)",
                "address   \(endpoint.address.isEmpty ? "-" : endpoint.address)",
                "compute   \(endpoint.computeId.isEmpty ? "-" : endpoint.computeId)", "",
            ]
        }
        if let reason = shown.unavailable { lines += [reason, ""] }
        if let cache = shown.cache { lines += cache.lines + [""] }
        if let reported = shown.reported { lines += reported.lines + [""] }
        var table = Table("AT (UTC)", "VERSION", "SOURCE", "EVENT", "DETAIL")
        for entry in shown.history {
            table.add(
                Table.time(entry.atUnixMicros), "\(entry.generation).\(entry.sequence)", entry.source, entry.event,
                entry.detail)
        }
        return (lines + [table.text]).joined(separator: "\n")
    }
}
