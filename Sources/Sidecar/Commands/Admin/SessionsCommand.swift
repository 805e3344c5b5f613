internal import ArgumentParser
internal import GRPCLite
internal import SidecarAPI

/// `sidecar admin sessions`
struct SessionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sessions", abstract: "Client sessions of every proxy, or of the one that --proxy names.")

    @OptionGroup var filter: SessionFilterOptions

    @Option(help: "At most so many of each proxy.")
    var limit: UInt32 = 1000

    @OptionGroup var options: AdminOptions

    private struct Answer: Encodable {
        var sessions: [Row]
        /// Also those beyond the limit.
        var total: UInt64
    }

    private struct Row: Encodable {
        var proxy: String
        var id: String
        var phase: String
        var endpoint: String
        var role: String
        var database: String
        var applicationName: String
        var client: String
        var privateLink: String
        var startedUnixMicros: Int64
        var computeId: String?
        var computeAddress: String?
        var generation: UInt64?
        var bytesFromClient: UInt64
        var bytesToClient: UInt64
        var activity: String
        var quietMillis: UInt64

        init(_ session: AdminV1.Session, of proxy: String) {
            self.proxy = session.proxy.isEmpty ? proxy : session.proxy
            id = session.id
            phase = session.phase
            endpoint = session.endpoint
            role = session.role
            database = session.database
            applicationName = session.applicationName
            client = session.clientAddress
            privateLink = session.privateLink
            startedUnixMicros = session.startedUnixMicros
            computeId = session.compute?.computeID
            computeAddress = session.compute?.address
            generation = session.compute?.generation
            bytesFromClient = session.bytesFromClient
            bytesToClient = session.bytesToClient
            activity = session.activity
            quietMillis = session.quietMillis
        }
    }

    func run() async throws {
        let link = try AdminLink(options)
        let request = AdminV1.SessionsRequest(filter: try filter.message(), limit: limit)
        let answers = try await link.callAll { admin throws(GRPCStatus) in
            try await admin.sessions(request, options: CallOptions(timeout: .seconds(20)))
        }
        let rows = answers.flatMap { answer in answer.value.sessions.map { Row($0, of: answer.proxy) } }
        let answer = Answer(sessions: rows, total: answers.reduce(0) { $0 + $1.value.total })
        try options.show(answer) { Self.text(answer) }
    }

    private static func text(_ answer: Answer) -> String {
        var table = Table(
            "PROXY", "SESSION", "PHASE", "ENDPOINT", "ROLE", "DATABASE", "CLIENT", "AGE", "ACTIVITY", "QUIET", "IN",
            "OUT", "APPLICATION")
        for row in answer.sessions {
            let isJoined = !row.activity.isEmpty
            table.add(
                row.proxy, String(row.id.prefix(8)), row.phase, row.endpoint, row.role, row.database, row.client,
                Words.age(ofUnixMicros: row.startedUnixMicros), row.activity,
                isJoined ? Words.span(millis: row.quietMillis) : "",
                isJoined ? Words.bytes(row.bytesFromClient) : "", isJoined ? Words.bytes(row.bytesToClient) : "",
                row.applicationName)
        }
        let shown = UInt64(answer.sessions.count)
        return table.text + "\n"
            + (shown < answer.total ? "\(shown) of " : "") + Words.count(answer.total, "session")
    }
}
