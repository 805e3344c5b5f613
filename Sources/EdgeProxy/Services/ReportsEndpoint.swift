package import GRPCLite
internal import Gossip
package import Logging
package import SidecarAPI

/// Takes what agents say about their computes, and acknowledges what it has applied and handed over to gossip.
package struct ReportsEndpoint: ReportV1.ReportsService {
    private let facts: FactBridge
    private let resyncs: Bell
    private let notifications: NotificationDesk?
    private let logger: Logger

    /// - Parameters:
    ///   - resyncs: when it rings, agents are sent away to come back and report anew.
    ///   - notifications: has changed secrets asked for once more, since the control plane may hear of them after us.
    package init(
        facts: FactBridge, resyncs: Bell = Bell(), notifications: NotificationDesk? = nil, logger: Logger
    ) {
        self.notifications = notifications
        self.facts = facts
        self.resyncs = resyncs
        self.logger = logger
    }

    package func report(
        _ requests: RequestStream<ReportV1.Transition>, to responses: ResponseWriter<ReportV1.Ack>,
        context: ServerCallContext
    ) async throws {
        guard case .compute(let endpoint, let computeID) = FleetIdentity(uriNames: context.peer.uriNames) else {
            throw GRPCStatus(.permissionDenied, "only a compute's agent reports")
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await take(requests, to: responses, of: endpoint, computeID: computeID) }
            group.addTask {
                await resyncs.wait()
                if !Task.isCancelled { throw GRPCStatus(.unavailable, "report anew") }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func take(
        _ requests: RequestStream<ReportV1.Transition>, to responses: ResponseWriter<ReportV1.Ack>,
        of endpoint: EndpointName, computeID: String
    ) async throws {
        for try await transition in requests {
            guard transition.endpoint == endpoint.text, transition.computeID == computeID else {
                throw GRPCStatus(.permissionDenied, "an agent speaks for its own compute only")
            }
            guard let version = transition.version else {
                throw GRPCStatus(.invalidArgument, "a transition needs a version")
            }
            let fact = FactVersion(generation: version.generation, sequence: version.sequence)
            try await apply(transition, endpoint: endpoint, version: fact)
            try await responses.write(ReportV1.Ack(version: version))
        }
    }

    private func apply(
        _ transition: ReportV1.Transition, endpoint: EndpointName, version: FactVersion
    ) async throws(GRPCStatus) {
        switch try ReportedPlace(transition, of: endpoint, at: version) {
        case .runs(let location):
            await facts.reported(location)
            keepDetails(of: transition, endpoint, version)
        case .ended: await facts.reportedEnd(of: endpoint, at: version)
        case .asBefore: keepDetails(of: transition, endpoint, version)
        }
        let isChanged = await facts.roleSecretsReported(
            of: endpoint, generation: version.generation, revision: transition.roleSecretsRevision)
        if isChanged { notifications?.repeatLater([endpoint.text]) }
        logger.debug(
            "an agent reported",
            metadata: ["ep": "\(endpoint)", "version": "\(version)", "state": "\(transition.state)"])
    }

    private func keepDetails(of transition: ReportV1.Transition, _ endpoint: EndpointName, _ version: FactVersion) {
        let details = ReportedDetails(transition, at: version)
        let change = facts.detailsReported(details, of: endpoint)
        if change?.pageservers == true, !details.refused.isEmpty {
            logger.warning(
                "an agent tells more of its pageservers than is kept",
                metadata: ["ep": "\(endpoint)", "version": "\(version)", "why": "\(details.refused)"])
        }
    }
}
