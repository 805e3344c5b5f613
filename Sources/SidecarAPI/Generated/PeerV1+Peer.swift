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
        /// Asks how a wake goes, without joining or starting one: what a successor does before it wakes in the owner's place.
        func flight(_ request: PeerV1.FlightRequest, context: ServerCallContext) async throws -> PeerV1.FlightReply
        /// Asks for a sign of life, when datagrams bring none.
        func ping(_ request: PeerV1.PingRequest, context: ServerCallContext) async throws -> PeerV1.PingReply
        /// One step of an exchange of what both have heard by gossip.
        func repair(_ request: PeerV1.RepairRequest, context: ServerCallContext) async throws -> PeerV1.RepairReply
        /// Stops what a session's compute is doing for it. Sent to the proxy that a client's cancel key names. Answers when the
        /// compute has acted, so that the asker can hold its client until then.
        func cancel(_ request: PeerV1.CancelRequest, context: ServerCallContext) async throws -> PeerV1.CancelReply
        /// Hands the answer to a browser login to the proxy whose session waits for it.
        func deliverLogin(_ request: PeerV1.LoginDelivery, context: ServerCallContext) async throws
            -> PeerV1.LoginDeliveryReply
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

        /// Asks how a wake goes, without joining or starting one: what a successor does before it wakes in the owner's place.
        package func flight(_ request: PeerV1.FlightRequest, options: CallOptions = CallOptions())
            async throws(GRPCStatus) -> PeerV1.FlightReply
        {
            try await channel.unary("/sidecar.peer.v1.Peer/Flight", request, options: options)
        }

        /// Asks for a sign of life, when datagrams bring none.
        package func ping(_ request: PeerV1.PingRequest, options: CallOptions = CallOptions()) async throws(GRPCStatus)
            -> PeerV1.PingReply
        {
            try await channel.unary("/sidecar.peer.v1.Peer/Ping", request, options: options)
        }

        /// One step of an exchange of what both have heard by gossip.
        package func repair(_ request: PeerV1.RepairRequest, options: CallOptions = CallOptions())
            async throws(GRPCStatus) -> PeerV1.RepairReply
        {
            try await channel.unary("/sidecar.peer.v1.Peer/Repair", request, options: options)
        }

        /// Stops what a session's compute is doing for it. Sent to the proxy that a client's cancel key names. Answers when the
        /// compute has acted, so that the asker can hold its client until then.
        package func cancel(_ request: PeerV1.CancelRequest, options: CallOptions = CallOptions())
            async throws(GRPCStatus) -> PeerV1.CancelReply
        {
            try await channel.unary("/sidecar.peer.v1.Peer/Cancel", request, options: options)
        }

        /// Hands the answer to a browser login to the proxy whose session waits for it.
        package func deliverLogin(_ request: PeerV1.LoginDelivery, options: CallOptions = CallOptions())
            async throws(GRPCStatus) -> PeerV1.LoginDeliveryReply
        {
            try await channel.unary("/sidecar.peer.v1.Peer/DeliverLogin", request, options: options)
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
                },
                .unary("/sidecar.peer.v1.Peer/Flight") {
                    (request: PeerV1.FlightRequest, context) async throws -> PeerV1.FlightReply in
                    try await flight(request, context: context)
                },
                .unary("/sidecar.peer.v1.Peer/Ping") {
                    (request: PeerV1.PingRequest, context) async throws -> PeerV1.PingReply in
                    try await ping(request, context: context)
                },
                .unary("/sidecar.peer.v1.Peer/Repair") {
                    (request: PeerV1.RepairRequest, context) async throws -> PeerV1.RepairReply in
                    try await repair(request, context: context)
                },
                .unary("/sidecar.peer.v1.Peer/Cancel") {
                    (request: PeerV1.CancelRequest, context) async throws -> PeerV1.CancelReply in
                    try await cancel(request, context: context)
                },
                .unary("/sidecar.peer.v1.Peer/DeliverLogin") {
                    (request: PeerV1.LoginDelivery, context) async throws -> PeerV1.LoginDeliveryReply in
                    try await deliverLogin(request, context: context)
                },
            ])
    }
}
