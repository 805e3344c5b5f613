internal import GRPCLite
internal import Gossip
internal import SidecarAPI

/// What this proxy has cached, and how an operator makes it ask anew.
struct CacheDesk: Sendable {
    /// Of a notification, in the audit.
    private static let notedNames = 8

    let me: MemberID
    let table: LocationTable
    let directory: RoleDirectory
    let wakes: WakeCoordinator
    let facts: FactBridge
    let reports: ReportBook
    let sessions: SessionRegistry
    let notifications: NotificationDesk

    func show(_ name: EndpointName) async -> AdminV1.EndpointCache {
        let known = table.inspect(name)
        let rules = await directory.inspectSettings(name)
        var joined = SessionFilter()
        (joined.endpoint, joined.phase) = (name, .joined)
        return AdminV1.EndpointCache(
            proxy: me.name, location: known.flatMap { AdminV1.CachedLocation($0) },
            floor: known.flatMap { AdminV1.Floor($0) },
            flight: await wakes.flight(of: name).map { AdminV1.WakeFlight($0, now: .now) },
            secrets: await directory.inspect(name).map { AdminV1.CachedSecret($0) },
            rules: rules.map { AdminV1.CachedRules($0) },
            sessions: UInt64(await sessions.sessions(matching: joined).count),
            reported: reports.told(of: name).map { AdminV1.ReportedCompute($0, now: .now) })
    }

    func invalidate(
        _ name: EndpointName, _ request: AdminV1.InvalidateRequest, _ context: ServerCallContext
    ) async throws(GRPCStatus) -> AdminV1.InvalidateReply {
        context.note("scope", request.scope)
        var reply = AdminV1.InvalidateReply()
        if [.compute, .all, .unspecified].contains(request.scope), let version = version(of: name, request) {
            await facts.doubted(name, upTo: version)
            (reply.generation, reply.sequence) = (version.generation, version.sequence)
            context.note("version", version)
        }
        if [.secrets, .all, .unspecified].contains(request.scope) {
            reply.secretsRevision = await facts.secretsChanged(of: name)
        }
        if case .unrecognized = request.scope { throw GRPCStatus(.invalidArgument, "no such scope") }
        return reply
    }

    /// - Returns: `nil` when none is given and none is known.
    private func version(of name: EndpointName, _ request: AdminV1.InvalidateRequest) -> FactVersion? {
        guard request.generation == 0 else {
            return FactVersion(generation: request.generation, sequence: request.sequence)
        }
        return table.inspect(name)?.location?.version
    }

    func notify(
        _ request: AdminV1.NotifyRequest, _ context: ServerCallContext
    ) async throws(GRPCStatus) -> AdminV1.NotifyReply {
        let summary: NotificationDesk.Summary
        do {
            summary = try await notifications.receive(request.notification)
        } catch {
            throw GRPCStatus(.invalidArgument, "the notification is \(error)")
        }
        context.note("topic", summary.topic.rawValue)
        context.note("names", summary.names.prefix(Self.notedNames).joined(separator: " "))
        return AdminV1.NotifyReply(topic: summary.topic.rawValue, names: summary.names, untold: summary.untold)
    }

    func purge(
        _ name: EndpointName?, _ request: AdminV1.CachePurgeRequest, _ context: ServerCallContext
    ) async throws(GRPCStatus) -> AdminV1.CachePurgeReply {
        let asked = request.caches.isEmpty ? [AdminV1.CacheKind.compute, .access] : request.caches
        var purged: [AdminV1.PurgedCache] = []
        for cache in Set(asked).sorted(by: { $0.rawValue < $1.rawValue }) {
            let count: Int
            switch cache {
            case .compute: count = table.purge(name)
            case .access: count = await directory.purge(name)
            case .unspecified, .unrecognized: throw GRPCStatus(.invalidArgument, "no such cache")
            }
            context.note("\(cache)", count)
            purged.append(AdminV1.PurgedCache(cache: cache, entries: UInt64(count)))
        }
        return AdminV1.CachePurgeReply(purged: purged)
    }
}
