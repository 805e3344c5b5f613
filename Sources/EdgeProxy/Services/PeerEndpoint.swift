package import GRPCLite
internal import Gossip
package import PostgresWire
package import SidecarAPI
internal import Telemetry

/// Answers members: about wakes, at once that one is under way, then every 250 ms, then how it ended; about flights; and
/// about what gossip has brought.
package struct PeerEndpoint: PeerV1.PeerService {
    /// Longer than this nobody is waited for, whatever the caller says.
    private static let deadlineLimit: UInt64 = 120_000

    private let beat: Duration
    private let wakes: WakeCoordinator
    private let fleet: FleetView
    private let gossip: FleetGossip
    private let cancels: ForwardedCancels
    private let logins: LoginDesk?

    /// Serves a cancel request that another proxy has passed on, until a deadline.
    package typealias ForwardedCancels =
        @Sendable (CancelKey, ClientOrigin, ContinuousClock.Instant) async -> CancelOutcome

    /// - Parameter beat: from one sign of life to the next; ``WakeConfiguration/beat``.
    package init(
        wakes: WakeCoordinator, fleet: FleetView, gossip: FleetGossip, beat: Duration,
        cancels: @escaping ForwardedCancels = { _, _, _ in .notFound }, logins: LoginDesk? = nil
    ) {
        self.wakes = wakes
        self.fleet = fleet
        self.gossip = gossip
        self.cancels = cancels
        self.beat = beat
        self.logins = logins
    }

    package func cancel(
        _ request: PeerV1.CancelRequest, context: ServerCallContext
    ) async throws -> PeerV1.CancelReply {
        guard let key = request.key else { throw GRPCStatus(.invalidArgument, "not a cancel key") }
        let deadline = min(context.deadline ?? .now + CancelDesk.limit, .now + CancelDesk.limit)
        return PeerV1.CancelReply(outcome: await cancels(key, request.origin, deadline).message)
    }

    package func deliverLogin(
        _ request: PeerV1.LoginDelivery, context: ServerCallContext
    ) async throws -> PeerV1.LoginDeliveryReply {
        guard let logins else { throw GRPCStatus(.unimplemented, "this member has no logins in the browser") }
        return PeerV1.LoginDeliveryReply(failure: logins.deliverHere(request.result) ?? "")
    }

    package func wake(
        _ request: PeerV1.WakeRequest, to responses: ResponseWriter<PeerV1.WakeProgress>, context: ServerCallContext
    ) async throws {
        let call = try Self.call(request)
        var session = request.session
        session.trace = context.metadata.first(named: TraceContext.header).flatMap { TraceContext(traceparent: $0) }
        let deadline = ContinuousClock.now + .milliseconds(min(request.deadlineMillis, Self.deadlineLimit))
        let answer = try await withThrowingTaskGroup(of: WakeSwitchboard.Answer?.self) { group in
            group.addTask { [session] in await wakes.answer(call, session: session, deadline: deadline) }
            group.addTask {
                while true {
                    let key = await wakes.flightKey(of: call.endpoint)
                    try await responses.write(PeerV1.WakeProgress(event: .waking(PeerV1.Waking(key: key?.message))))
                    try await Task.sleep(for: beat)
                }
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        switch answer {
        case .settled(.ready(let location)):
            try await responses.write(PeerV1.WakeProgress(event: .ready(location.peerMessage)))
        case .settled(.failed(let failure)):
            try await responses.write(PeerV1.WakeProgress(event: .failed(failure.peerMessage)))
        case .redirected(let owner, let unknown):
            let redirect = PeerV1.Redirect(to: owner, unknown: fleet.cards(of: unknown))
            try await responses.write(PeerV1.WakeProgress(event: .redirect(redirect)))
        case nil:
            throw GRPCStatus(.internalError, "the wake ended without an outcome")
        }
    }

    package func flight(
        _ request: PeerV1.FlightRequest, context: ServerCallContext
    ) async throws -> PeerV1.FlightReply {
        PeerV1.FlightReply(await wakes.flightState(of: try Self.endpoint(request.endpoint)))
    }

    package func ping(_ request: PeerV1.PingRequest, context: ServerCallContext) async throws -> PeerV1.PingReply {
        PeerV1.PingReply(process: gossip.process?.bits ?? 0, draining: fleet.wakeView.isDraining)
    }

    package func repair(
        _ request: PeerV1.RepairRequest, context: ServerCallContext
    ) async throws -> PeerV1.RepairReply {
        let question: RepairQuestion
        do {
            question = try RepairQuestion(decoding: request.question)
        } catch {
            throw GRPCStatus(.invalidArgument, "not a question of repair")
        }
        guard let answer = await gossip.answer(question) else {
            throw GRPCStatus(.unavailable, "this member does not gossip")
        }
        return PeerV1.RepairReply(answer: answer.encoded)
    }

    private static func call(_ request: PeerV1.WakeRequest) throws(GRPCStatus) -> WakeCall {
        WakeCall(
            endpoint: try endpoint(request.endpoint),
            key: WakeKey(seen: request.seenGeneration, round: request.round), hops: request.hops,
            suspected: request.suspected.prefix(WakeCall.suspectedLimit).map { MemberID($0) })
    }

    private static func endpoint(_ text: String) throws(GRPCStatus) -> EndpointName {
        guard let name = EndpointName(text) else { throw GRPCStatus(.invalidArgument, "not an endpoint's name") }
        return name
    }
}
