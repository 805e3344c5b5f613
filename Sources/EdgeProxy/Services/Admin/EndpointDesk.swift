internal import GRPCLite
internal import Gossip
internal import SidecarAPI

/// What an operator asks of the control plane, and of the wakes.
struct EndpointDesk: Sendable {
    private static let wakeLimit: Duration = .seconds(30)
    private static let longestWakeMillis: UInt64 = 120_000

    let calls: EndpointCalls
    let waker: any Waker
    let facts: FactBridge
    /// Names the wakes that an admin asks for.
    let newSession: @Sendable () -> SessionID

    func all() async throws(GRPCStatus) -> [AdminV1.EndpointSummary] {
        let records = try await asked { () async throws(ControlPlaneFailure) in try await calls.all() }
        return records.map(\.summary).sorted { $0.name < $1.name }
    }

    /// Without the control plane's part while that does not answer: then the proxy's own is all the more of interest.
    func show(_ name: EndpointName) async throws(GRPCStatus) -> AdminV1.EndpointShowReply {
        do throws(GRPCStatus) {
            let record = try await asked { () async throws(ControlPlaneFailure) in try await calls.one(name) }
            let history = try await asked { () async throws(ControlPlaneFailure) in try await calls.history(of: name) }
            return AdminV1.EndpointShowReply(summary: record.summary, history: history.map(\.entry))
        } catch {
            guard error.code == .unavailable else { throw error }
            return AdminV1.EndpointShowReply(unavailable: error.message)
        }
    }

    func create(
        _ name: EndpointName, role: String, database: String
    ) async throws(GRPCStatus) -> AdminV1.EndpointCreateReply {
        let made = try await asked { () async throws(ControlPlaneFailure) in
            try await calls.create(name, role: role, database: database)
        }
        return AdminV1.EndpointCreateReply(
            name: made.name, user: made.user, password: made.password, database: made.database)
    }

    /// - Returns: the endpoint as it was last.
    func delete(_ name: EndpointName, force: Bool) async throws(GRPCStatus) -> AdminV1.EndpointSummary {
        let record = try await asked { () async throws(ControlPlaneFailure) in try await calls.one(name) }
        try await asked { () async throws(ControlPlaneFailure) in try await calls.delete(name, force: force) }
        // Nobody dials it or lets anybody in by what is cached.
        if record.generation > 0 {
            await facts.deleted(name, at: FactVersion(generation: record.generation, sequence: record.sequence))
        }
        await facts.secretsChanged(of: name)
        return record.summary
    }

    func wake(_ name: EndpointName, timeoutMillis: UInt64) async throws(GRPCStatus) -> AdminV1.ComputeLocation {
        let limit =
            timeoutMillis == 0 ? Self.wakeLimit : .milliseconds(min(timeoutMillis, Self.longestWakeMillis))
        do {
            let session = SessionContext(id: newSession(), applicationName: "sidecar admin")
            return try await waker.location(of: name, session: session, deadline: .now + limit).location.adminMessage
        } catch {
            throw error.status
        }
    }

    func suspend(_ name: EndpointName, immediately: Bool) async throws(GRPCStatus) {
        try await asked { () async throws(ControlPlaneFailure) in
            try await calls.suspend(name, immediately: immediately)
        }
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
