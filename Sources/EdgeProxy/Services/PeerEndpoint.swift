package import GRPCLite
internal import Gossip
package import SidecarAPI

/// Answers members who ask for a wake: at once that it is under way, then every 250 ms, then how it ended.
package struct PeerEndpoint: PeerV1.PeerService {
    /// From one sign of life to the next.
    package static let beat: Duration = .milliseconds(250)
    /// Longer than this nobody is waited for, whatever the caller says.
    private static let deadlineLimit: UInt64 = 120_000

    private let wakes: WakeCoordinator
    private let drain: DrainState

    package init(wakes: WakeCoordinator, drain: DrainState) {
        self.wakes = wakes
        self.drain = drain
    }

    package func wake(
        _ request: PeerV1.WakeRequest, to responses: ResponseWriter<PeerV1.WakeProgress>, context: ServerCallContext
    ) async throws {
        guard let endpoint = EndpointName(request.endpoint) else {
            // Also how a member asks for a sign of life.
            throw drain.isDraining
                ? GRPCStatus(.failedPrecondition, "draining") : GRPCStatus(.invalidArgument, "not an endpoint's name")
        }
        let wake = PeerWake(
            endpoint: endpoint, seen: request.seenGeneration, hops: request.hops,
            session: SessionContext(
                id: SessionID(request.sessionID),
                applicationName: request.applicationName.isEmpty ? nil : request.applicationName),
            deadline: .now + .milliseconds(min(request.deadlineMillis, Self.deadlineLimit)))
        let outcome = try await withThrowingTaskGroup(of: WakeFlights.Outcome?.self) { group in
            group.addTask { await wakes.wake(wake) }
            group.addTask {
                while true {
                    try await responses.write(PeerV1.WakeProgress(event: .waking(PeerV1.Waking())))
                    try await Task.sleep(for: Self.beat)
                }
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        switch outcome {
        case .ready(let location):
            try await responses.write(PeerV1.WakeProgress(event: .ready(location.peerMessage)))
        case .failed(let failure):
            try await responses.write(PeerV1.WakeProgress(event: .failed(failure.peerMessage)))
        case nil:
            throw GRPCStatus(.internalError, "the wake ended without an outcome")
        }
    }
}
