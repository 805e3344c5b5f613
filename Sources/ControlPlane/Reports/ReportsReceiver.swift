package import GRPCLite
internal import Gossip
internal import Logging
package import SidecarAPI

/// Takes what agents say, for the endpoints of this control plane.
///
/// The certificate decides who speaks: an agent may speak for its own compute, and a compute for its own generation.
/// What is acknowledged is applied and in the history.
package struct ReportsReceiver: ReportV1.ReportsService {
    private let registry: any EndpointDirectory

    package init(registry: any EndpointDirectory) {
        self.registry = registry
    }

    package func report(
        _ requests: RequestStream<ReportV1.Transition>, to responses: ResponseWriter<ReportV1.Ack>,
        context: ServerCallContext
    ) async throws {
        guard case .compute(let endpoint, let computeID) = FleetIdentity(uriNames: context.peer.uriNames) else {
            throw GRPCStatus(.permissionDenied, "only a compute's agent reports")
        }
        guard let controller = try await Self.endpoint(endpoint, in: registry) else {
            throw GRPCStatus(.notFound, "no endpoint “\(endpoint)”")
        }
        let (link, questions) = await controller.attach()
        let outcome: Result<Void, any Error>
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { group.cancelAll() }
                group.addTask {
                    for try await transition in requests {
                        try await Self.check(transition, of: controller, computeID: computeID)
                        try await Self.take(transition, to: controller)
                        try await responses.write(ReportV1.Ack(version: transition.version))
                    }
                }
                group.addTask {
                    for await version in questions { try await responses.write(ReportV1.Ack(stopIfIdle: version)) }
                }
                try await group.next()
            }
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        await controller.detach(link)
        try outcome.get()
    }

    private static func endpoint(
        _ name: EndpointName, in registry: any EndpointDirectory
    ) async throws(GRPCStatus) -> (any ServedEndpoint)? {
        do {
            return try await registry.endpoint(name)
        } catch {
            throw GRPCStatus(.unavailable, "nobody can say now which endpoints there are")
        }
    }

    private static func take(
        _ transition: ReportV1.Transition, to controller: any ServedEndpoint
    ) async throws(GRPCStatus) {
        do {
            try await controller.report(transition, now: WallClock.unixMicros())
        } catch {
            throw GRPCStatus(.unavailable, "cannot be written down now")
        }
    }

    private static func check(
        _ transition: ReportV1.Transition, of endpoint: any ServedEndpoint, computeID: String
    ) async throws(GRPCStatus) {
        guard let version = transition.version else {
            throw GRPCStatus(.invalidArgument, "a transition needs a version")
        }
        guard transition.endpoint == endpoint.name.text, transition.computeID == computeID,
            await endpoint.isSpokenFor(by: computeID, generation: version.generation)
        else { throw GRPCStatus(.permissionDenied, "an agent speaks for its own compute and generation only") }
        if transition.state == .running, transition.address.isEmpty {
            throw GRPCStatus(.invalidArgument, "a running compute has an address")
        }
    }
}
