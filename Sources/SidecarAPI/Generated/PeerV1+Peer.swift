// Made from proto/sidecar/peer/v1/peer.proto by scripts/generate-proto. Not edited by hand.

package import GRPCLite

extension PeerV1 {
    /// What a server of `sidecar.peer.v1.Peer` does. A thrown `GRPCStatus` reaches the caller as it is.
    package protocol PeerService: Sendable {
        /// Asks the owner of an endpoint for a running compute. The owner answers with progress at once and as it waits, and ends
        /// the stream after the first event that settles the matter: ready, failed or redirect. Giving up the call does not stop
        /// the wake, which others may wait for.
        func wake(
            _ request: PeerV1.WakeRequest, to responses: ResponseWriter<PeerV1.WakeProgress>, context: ServerCallContext
        ) async throws
    }

    /// Calls `sidecar.peer.v1.Peer`. Leaving a stream, or cancelling the task, cancels the call.
    package struct PeerClient: Sendable {
        private let channel: any GRPCChannel

        package init(_ channel: any GRPCChannel) {
            self.channel = channel
        }

        /// Asks the owner of an endpoint for a running compute. The owner answers with progress at once and as it waits, and ends
        /// the stream after the first event that settles the matter: ready, failed or redirect. Giving up the call does not stop
        /// the wake, which others may wait for.
        package func wake(_ request: PeerV1.WakeRequest, options: CallOptions = CallOptions()) async throws(GRPCStatus)
            -> ResponseStream<PeerV1.WakeProgress>
        {
            try await channel.serverStreaming("/sidecar.peer.v1.Peer/Wake", request, options: options)
        }
    }
}

extension PeerV1.PeerService {
    /// `sidecar.peer.v1.Peer` for a server to offer.
    package var definition: ServiceDefinition {
        ServiceDefinition(
            name: "sidecar.peer.v1.Peer",
            methods: [
                .serverStreaming("/sidecar.peer.v1.Peer/Wake") {
                    (request: PeerV1.WakeRequest, responses: ResponseWriter<PeerV1.WakeProgress>, context) async throws
                    in
                    try await wake(request, to: responses, context: context)
                }
            ])
    }
}
