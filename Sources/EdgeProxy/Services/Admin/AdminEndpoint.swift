package import GRPCLite
internal import Gossip
package import SidecarAPI

/// What an operator sees and does through any one proxy. Only says who does it: each subject has a desk of its own.
package struct AdminEndpoint: AdminV1.AdminService {
    let members: MemberDesk
    let endpoints: EndpointDesk
    let caches: CacheDesk
    let sessions: SessionDesk
    let operation: OperationDesk
    let watching: WatchDesk
    let draining: DrainDesk

    package func members(
        _ request: AdminV1.MembersRequest, context: ServerCallContext
    ) async throws -> AdminV1.MembersReply {
        await members.members()
    }

    package func gossipResync(
        _ request: AdminV1.GossipResyncRequest, context: ServerCallContext
    ) async throws -> AdminV1.GossipResyncReply {
        try await members.resync()
        return AdminV1.GossipResyncReply()
    }

    // MARK: - Endpoints

    package func endpoints(
        _ request: AdminV1.EndpointsRequest, context: ServerCallContext
    ) async throws -> AdminV1.EndpointsReply {
        AdminV1.EndpointsReply(endpoints: try await endpoints.all())
    }

    package func endpointShow(
        _ request: AdminV1.EndpointShowRequest, context: ServerCallContext
    ) async throws -> AdminV1.EndpointShowReply {
        let name = try Self.name(request.name, context)
        var reply = request.cacheOnly ? AdminV1.EndpointShowReply() : try await endpoints.show(name)
        reply.cache = await caches.show(name)
        return reply
    }

    package func endpointCreate(
        _ request: AdminV1.EndpointCreateRequest, context: ServerCallContext
    ) async throws -> AdminV1.EndpointCreateReply {
        let name = try Self.name(request.name, context)
        if !request.role.isEmpty { context.note("role", request.role) }
        if !request.database.isEmpty { context.note("database", request.database) }
        return try await endpoints.create(name, role: request.role, database: request.database)
    }

    package func endpointDelete(
        _ request: AdminV1.EndpointDeleteRequest, context: ServerCallContext
    ) async throws -> AdminV1.EndpointDeleteReply {
        let name = try Self.name(request.name, context)
        context.note("force", request.force)
        return AdminV1.EndpointDeleteReply(summary: try await endpoints.delete(name, force: request.force))
    }

    package func wake(_ request: AdminV1.WakeRequest, context: ServerCallContext) async throws -> AdminV1.WakeReply {
        let name = try Self.name(request.name, context)
        return AdminV1.WakeReply(location: try await endpoints.wake(name, timeoutMillis: request.timeoutMillis))
    }

    package func suspend(
        _ request: AdminV1.SuspendRequest, context: ServerCallContext
    ) async throws -> AdminV1.SuspendReply {
        let name = try Self.name(request.name, context)
        context.note("immediate", request.immediate)
        try await endpoints.suspend(name, immediately: request.immediate)
        return AdminV1.SuspendReply()
    }

    // MARK: - Caches

    package func invalidate(
        _ request: AdminV1.InvalidateRequest, context: ServerCallContext
    ) async throws -> AdminV1.InvalidateReply {
        try await caches.invalidate(try Self.name(request.name, context), request, context)
    }

    package func notify(
        _ request: AdminV1.NotifyRequest, context: ServerCallContext
    ) async throws -> AdminV1.NotifyReply {
        try await caches.notify(request, context)
    }

    package func cachePurge(
        _ request: AdminV1.CachePurgeRequest, context: ServerCallContext
    ) async throws -> AdminV1.CachePurgeReply {
        let name = request.name.isEmpty ? nil : try Self.name(request.name, context)
        return try await caches.purge(name, request, context)
    }

    // MARK: - Sessions

    package func sessions(
        _ request: AdminV1.SessionsRequest, context: ServerCallContext
    ) async throws -> AdminV1.SessionsReply {
        try await sessions.list(request, context)
    }

    package func sessionEnd(
        _ request: AdminV1.SessionEndRequest, context: ServerCallContext
    ) async throws -> AdminV1.SessionEndReply {
        try await sessions.end(request, context)
    }

    package func sessionCancel(
        _ request: AdminV1.SessionCancelRequest, context: ServerCallContext
    ) async throws -> AdminV1.SessionCancelReply {
        try await sessions.cancel(request, context)
    }

    // MARK: - The proxy itself

    package func drain(
        _ request: AdminV1.DrainRequest, to responses: ResponseWriter<AdminV1.DrainProgress>,
        context: ServerCallContext
    ) async throws {
        try await draining.drain(request, to: responses, context)
    }

    package func logLevel(
        _ request: AdminV1.LogLevelRequest, context: ServerCallContext
    ) async throws -> AdminV1.LogLevelReply {
        try operation.logLevel(request, context)
    }

    package func watch(
        _ request: AdminV1.WatchRequest, to responses: ResponseWriter<AdminV1.FleetEvent>, context: ServerCallContext
    ) async throws {
        let name = request.endpoint.isEmpty ? nil : try Self.name(request.endpoint, context)
        try await watching.watch(name, request, to: responses)
    }

    package func configuration(
        _ request: AdminV1.ConfigurationRequest, context: ServerCallContext
    ) async throws -> AdminV1.ConfigurationReply {
        operation.configuration()
    }

    /// Reads an endpoint's name, which is written down whether it can be read or not.
    private static func name(_ text: String, _ context: ServerCallContext) throws(GRPCStatus) -> EndpointName {
        context.note("ep", text)
        guard let name = EndpointName(text) else {
            throw GRPCStatus(.invalidArgument, "an endpoint's name is 1 to 63 of a-z, 0-9 and -")
        }
        return name
    }
}
