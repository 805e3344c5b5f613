internal import ArgumentParser
internal import GRPCLite
internal import SidecarAPI

/// `sidecar admin drain`
struct DrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain", abstract: "Make one proxy finish its sessions and end, as SIGTERM does.",
        discussion: "--proxy says which one. “sidecar up” starts a proxy that has ended again.")

    @Flag(help: "Show how far it is, until the proxy has gone.")
    var wait = false

    @Flag(help: "End whoever is still here at once.")
    var now = false

    @OptionGroup var options: AdminOptions

    private struct Progress: Encodable {
        var proxy: String
        var phase: String
        var sessions: UInt64
        var waiting: [String: UInt64]
        var ended: [String: UInt64]
        var flights: UInt64
        var elapsedMillis: UInt64
        var remainingMillis: UInt64

        init(_ message: AdminV1.DrainProgress, of proxy: String) {
            self.proxy = proxy
            phase = message.phase
            sessions = message.sessions
            waiting = Self.counts(message.waiting)
            ended = Self.counts(message.ended)
            flights = message.flights
            elapsedMillis = message.elapsedMillis
            remainingMillis = message.remainingMillis
        }

        private static func counts(_ counts: [AdminV1.DrainCount]) -> [String: UInt64] {
            Dictionary(counts.map { ($0.what, $0.sessions) }, uniquingKeysWith: { $1 })
        }

        var line: String {
            var parts = [Words.count(sessions, "session")]
            if !waiting.isEmpty { parts.append("waiting for " + Self.words(waiting)) }
            if !ended.isEmpty { parts.append("ended: " + Self.words(ended)) }
            if flights > 0 { parts.append(Words.count(flights, "wake") + " under way") }
            if remainingMillis > 0 { parts.append("\(Words.span(millis: remainingMillis)) left") }
            return "\(proxy) \(phase): \(parts.joined(separator: ", "))"
        }

        private static func words(_ counts: [String: UInt64]) -> String {
            counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        }
    }

    func run() async throws {
        let link = try AdminLink(options)
        guard link.proxies.count == 1, let proxy = link.proxies.first else {
            throw ValidationError("--proxy must say which proxy to drain")
        }
        var isUnderWay = false
        do {
            let progress = try await proxy.admin.drain(AdminV1.DrainRequest(now: now), options: CallOptions())
            for try await message in progress {
                isUnderWay = true
                let told = Progress(message, of: proxy.name)
                try options.tell(told) { told.line }
                // The drain goes on without us.
                guard wait else { return }
            }
        } catch let status as GRPCStatus {
            // It goes, and takes the link with it.
            guard isUnderWay, status.code == .unavailable || status.code == .cancelled else {
                throw CommandFailure(status)
            }
        }
        if !options.json { try options.tell("") { "\(proxy.name) has gone" } }
    }
}
