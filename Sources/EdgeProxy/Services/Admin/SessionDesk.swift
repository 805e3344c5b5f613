internal import GRPCLite
internal import Gossip
internal import SidecarAPI
internal import Transport

/// The client sessions of this proxy, for an operator.
struct SessionDesk: Sendable {
    private static let usualLimit = 1_000
    private static let longestLimit = 10_000

    let me: MemberID
    let registry: SessionRegistry

    func list(
        _ request: AdminV1.SessionsRequest, _ context: ServerCallContext
    ) async throws(GRPCStatus) -> AdminV1.SessionsReply {
        let choice = try SessionChoice(request.filter ?? AdminV1.SessionFilter(), context)
        let fitting = await choice.reports(of: registry)
        let limit = request.limit == 0 ? Self.usualLimit : min(Int(request.limit), Self.longestLimit)
        let now = ContinuousClock.now
        return AdminV1.SessionsReply(
            sessions: fitting.prefix(limit).map { AdminV1.Session($0, of: me, now: now) }, total: UInt64(fitting.count))
    }

    func end(
        _ request: AdminV1.SessionEndRequest, _ context: ServerCallContext
    ) async throws(GRPCStatus) -> AdminV1.SessionEndReply {
        let ended = await each(try Self.some(request.filter, context)) { filter in
            await registry.end(matching: filter, as: Refusals.shuttingDown)
        }
        context.note("ended", ended)
        return AdminV1.SessionEndReply(ended: UInt64(ended))
    }

    func cancel(
        _ request: AdminV1.SessionCancelRequest, _ context: ServerCallContext
    ) async throws(GRPCStatus) -> AdminV1.SessionCancelReply {
        let cancelled = await each(try Self.some(request.filter, context)) { filter in
            await registry.cancelQueries(matching: filter)
        }
        context.note("cancelled", cancelled)
        return AdminV1.SessionCancelReply(cancelled: UInt64(cancelled))
    }

    /// What hits sessions says which; all of them are meant by nobody who says nothing.
    private static func some(
        _ filter: AdminV1.SessionFilter?, _ context: ServerCallContext
    ) throws(GRPCStatus) -> SessionChoice {
        guard let filter, filter != AdminV1.SessionFilter() else {
            throw GRPCStatus(.invalidArgument, "a filter with at least one condition is needed")
        }
        return try SessionChoice(filter, context)
    }

    private func each(_ choice: SessionChoice, _ body: (SessionFilter) async -> Int) async -> Int {
        if choice.isWhole { return await body(choice.filter) }
        var count = 0
        for report in await choice.reports(of: registry) {
            // With the other conditions still: a session that has meanwhile become busy is not idle.
            var one = choice.filter
            one.id = report.facts.id
            count += await body(one)
        }
        return count
    }
}

/// Which sessions an operator means.
private struct SessionChoice {
    /// What the registry looks at.
    var filter = SessionFilter()
    private let idPrefix: String
    private let database: String
    private let applicationName: String

    /// Writes the conditions down.
    init(_ message: AdminV1.SessionFilter, _ context: ServerCallContext) throws(GRPCStatus) {
        idPrefix = message.idPrefix
        database = message.database
        applicationName = message.applicationName
        let texts = [
            ("ep", message.endpoint), ("role", message.role), ("phase", message.phase), ("id", message.idPrefix),
            ("client", message.client), ("database", message.database), ("application", message.applicationName),
        ]
        for (name, text) in texts where !text.isEmpty { context.note(name, text) }
        if message.idleMillis > 0 { context.note("idle_ms", message.idleMillis) }
        if !message.endpoint.isEmpty {
            filter.endpoint = try Self.read(EndpointName(message.endpoint), "endpoint: not a name")
        }
        if !message.role.isEmpty { filter.role = message.role }
        if !message.phase.isEmpty {
            let known = SessionPhase.allCases.map(\.rawValue).joined(separator: ", ")
            filter.phase = try Self.read(SessionPhase(rawValue: message.phase), "phase: one of \(known)")
        }
        if !message.client.isEmpty {
            filter.addresses = try Self.read(IPRange(message.client), "client: not an IP address or range")
        }
        if message.idleMillis > 0 { filter.idleLongerThan = .milliseconds(min(message.idleMillis, 1 << 40)) }
    }

    /// Whether the registry's filter says it all.
    var isWhole: Bool { idPrefix.isEmpty && database.isEmpty && applicationName.isEmpty }

    func reports(of registry: SessionRegistry) async -> [SessionReport] {
        await registry.sessions(matching: filter).filter { report in
            let facts = report.facts
            return facts.id.text.hasPrefix(idPrefix) && (database.isEmpty || facts.database == database)
                && (applicationName.isEmpty || facts.applicationName == applicationName)
        }
    }

    private static func read<Value>(_ value: Value?, _ problem: String) throws(GRPCStatus) -> Value {
        guard let value else { throw GRPCStatus(.invalidArgument, problem) }
        return value
    }
}

extension AdminV1.Session {
    fileprivate init(_ report: SessionReport, of proxy: MemberID, now: ContinuousClock.Instant) {
        let facts = report.facts
        let address = facts.origin.address.map { NetworkAddress(host: "\($0)", port: facts.origin.port).text }
        self.init(
            id: facts.id.text, phase: facts.phase.rawValue, endpoint: facts.endpoint?.text ?? "",
            role: facts.role ?? "", database: facts.database ?? "", applicationName: facts.applicationName ?? "",
            clientAddress: address ?? "", privateLink: facts.origin.privateLink ?? "",
            startedUnixMicros: facts.startedUnixMicros, compute: facts.compute?.adminMessage, proxy: proxy.name)
        guard let traffic = report.traffic else { return }
        bytesFromClient = UInt64(traffic.bytesFromClient)
        bytesToClient = UInt64(traffic.bytesToClient)
        activity = traffic.isIdle ? "idle" : "busy"
        quietMillis = traffic.lastActivity.duration(to: now).wholeMillis
    }
}
