package import GRPCLite
internal import Gossip
package import SidecarAPI

/// What an operator sees and does through any one proxy.
package struct AdminEndpoint: AdminV1.AdminService {
    private static let wakeLimit: Duration = .seconds(30)
    private static let longestWakeMillis: UInt64 = 120_000

    private let fleet: FleetView
    private let startedUnixMicros: Int64
    private let drain: DrainState
    private let links: PeerLinks
    private let waker: any Waker
    private let endpoints: EndpointCalls
    private let gossip: GossipService?
    private let newSession: @Sendable () -> SessionID

    /// - Parameters:
    ///   - gossip: `nil`: members are asked one by one whether they live.
    ///   - newSession: names the wakes that an admin asks for.
    package init(
        fleet: FleetView, startedUnixMicros: Int64, drain: DrainState, links: PeerLinks, waker: any Waker,
        endpoints: EndpointCalls, gossip: GossipService? = nil, newSession: @escaping @Sendable () -> SessionID
    ) {
        self.fleet = fleet
        self.startedUnixMicros = startedUnixMicros
        self.drain = drain
        self.links = links
        self.waker = waker
        self.endpoints = endpoints
        self.gossip = gossip
        self.newSession = newSession
    }

    package func members(
        _ request: AdminV1.MembersRequest, context: ServerCallContext
    ) async throws -> AdminV1.MembersReply {
        if let snapshot = await gossip?.snapshot() {
            return AdminV1.MembersReply(snapshot, isDraining: drain.isDraining)
        }
        let known = await withTaskGroup(of: AdminV1.Member.self) { group in
            for member in fleet.members { group.addTask { await look(at: member) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        return AdminV1.MembersReply(members: known.sorted { $0.id < $1.id })
    }

    package func gossipResync(
        _ request: AdminV1.GossipResyncRequest, context: ServerCallContext
    ) async throws -> AdminV1.GossipResyncReply {
        guard let gossip else { throw GRPCStatus(.failedPrecondition, "this proxy does not gossip") }
        await gossip.resync()
        return AdminV1.GossipResyncReply()
    }

    package func endpoints(
        _ request: AdminV1.EndpointsRequest, context: ServerCallContext
    ) async throws -> AdminV1.EndpointsReply {
        let records = try await asked { () async throws(ControlPlaneFailure) in try await endpoints.all() }
        return AdminV1.EndpointsReply(endpoints: records.map(\.summary).sorted { $0.name < $1.name })
    }

    package func endpointShow(
        _ request: AdminV1.EndpointShowRequest, context: ServerCallContext
    ) async throws -> AdminV1.EndpointShowReply {
        let name = try Self.name(request.name)
        let record = try await asked { () async throws(ControlPlaneFailure) in try await endpoints.one(name) }
        let history = try await asked { () async throws(ControlPlaneFailure) in try await endpoints.history(of: name) }
        return AdminV1.EndpointShowReply(summary: record.summary, history: history.map(\.entry))
    }

    package func endpointCreate(
        _ request: AdminV1.EndpointCreateRequest, context: ServerCallContext
    ) async throws -> AdminV1.EndpointCreateReply {
        let name = try Self.name(request.name)
        let made = try await asked { () async throws(ControlPlaneFailure) in
            try await endpoints.create(name, role: request.role, database: request.database)
        }
        return AdminV1.EndpointCreateReply(
            name: made.name, user: made.user, password: made.password, database: made.database)
    }

    package func wake(
        _ request: AdminV1.WakeRequest, context: ServerCallContext
    ) async throws -> AdminV1.WakeReply {
        let name = try Self.name(request.name)
        let limit =
            request.timeoutMillis == 0
            ? Self.wakeLimit : .milliseconds(min(request.timeoutMillis, Self.longestWakeMillis))
        do {
            let session = SessionContext(id: newSession(), applicationName: "sidecar admin")
            let located = try await waker.location(of: name, session: session, deadline: .now + limit)
            return AdminV1.WakeReply(location: located.location.adminMessage)
        } catch {
            throw error.status
        }
    }

    package func suspend(
        _ request: AdminV1.SuspendRequest, context: ServerCallContext
    ) async throws -> AdminV1.SuspendReply {
        let name = try Self.name(request.name)
        try await asked { () async throws(ControlPlaneFailure) in
            try await endpoints.suspend(name, immediately: request.immediate)
        }
        return AdminV1.SuspendReply()
    }

    // MARK: - Parts

    private func look(at member: FleetMember) async -> AdminV1.Member {
        let id = member.id.name
        guard member.id != fleet.me else {
            return AdminV1.Member(
                id: id, grpcAddress: member.grpc.text, state: "self", draining: drain.isDraining,
                startedUnixMicros: startedUnixMicros)
        }
        switch await links.liveness(of: member.id) {
        case .alive(let isDraining, _):
            return AdminV1.Member(id: id, grpcAddress: member.grpc.text, state: "alive", draining: isDraining)
        case .unreachable:
            return AdminV1.Member(id: id, grpcAddress: member.grpc.text, state: "unreachable")
        }
    }

    private static func name(_ text: String) throws(GRPCStatus) -> EndpointName {
        guard let name = EndpointName(text) else {
            throw GRPCStatus(.invalidArgument, "an endpoint's name is 1 to 63 of a-z, 0-9 and -")
        }
        return name
    }

    private func asked<Answer>(
        _ question: () async throws(ControlPlaneFailure) -> Answer
    ) async throws(GRPCStatus) -> Answer {
        do {
            return try await question()
        } catch {
            throw error.status
        }
    }
}
