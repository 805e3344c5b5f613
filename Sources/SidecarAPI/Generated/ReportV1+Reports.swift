// Made from proto/sidecar/report/v1/report.proto by scripts/generate-proto. Not edited by hand.

package import GRPCLite

extension ReportV1 {
    /// What a server of `sidecar.report.v1.Reports` does. A thrown `GRPCStatus` reaches the caller as it is.
    package protocol ReportsService: Sendable {
        /// The agent sends one Transition per change, oldest first. The listener answers with Acks. After a reconnect the agent
        /// sends again everything after the last Ack it saw, so a listener must take a version it already has as no news.
        func report(
            _ requests: RequestStream<ReportV1.Transition>, to responses: ResponseWriter<ReportV1.Ack>,
            context: ServerCallContext) async throws
    }

    /// Calls `sidecar.report.v1.Reports`. Leaving a stream, or cancelling the task, cancels the call.
    package struct ReportsClient: Sendable {
        private let channel: any GRPCChannel

        package init(_ channel: any GRPCChannel) {
            self.channel = channel
        }

        /// The agent sends one Transition per change, oldest first. The listener answers with Acks. After a reconnect the agent
        /// sends again everything after the last Ack it saw, so a listener must take a version it already has as no news.
        package func report(options: CallOptions = CallOptions()) async throws(GRPCStatus) -> BidirectionalCall<
            ReportV1.Transition, ReportV1.Ack
        > {
            try await channel.bidirectional(
                "/sidecar.report.v1.Reports/Report", options: options, of: (ReportV1.Transition.self, ReportV1.Ack.self)
            )
        }
    }
}

extension ReportV1.ReportsService {
    /// `sidecar.report.v1.Reports` for a server to offer.
    package var definition: ServiceDefinition {
        ServiceDefinition(
            name: "sidecar.report.v1.Reports",
            methods: [
                .bidirectional("/sidecar.report.v1.Reports/Report") {
                    (requests: RequestStream<ReportV1.Transition>, responses: ResponseWriter<ReportV1.Ack>, context)
                        async throws in
                    try await report(requests, to: responses, context: context)
                }
            ])
    }
}
