// Made from proto/sidecar/admin/v1/admin.proto by scripts/generate-proto. Not edited by hand.

package import GRPCLite

extension AdminV1 {
    /// What a server of `sidecar.admin.v1.Admin` does. A thrown `GRPCStatus` reaches the caller as it is.
    package protocol AdminService: Sendable {
        /// Who belongs to the fleet, as the asked proxy sees it.
        func members(_ request: AdminV1.MembersRequest, context: ServerCallContext) async throws -> AdminV1.MembersReply
        /// Makes the asked proxy forget what gossip brought of computes and secrets, and fetch it anew from the others.
        /// FAILED_PRECONDITION when it does not gossip.
        func gossipResync(_ request: AdminV1.GossipResyncRequest, context: ServerCallContext) async throws
            -> AdminV1.GossipResyncReply
        func endpoints(_ request: AdminV1.EndpointsRequest, context: ServerCallContext) async throws
            -> AdminV1.EndpointsReply
        func endpointShow(_ request: AdminV1.EndpointShowRequest, context: ServerCallContext) async throws
            -> AdminV1.EndpointShowReply
        /// ALREADY_EXISTS when the name is taken, INVALID_ARGUMENT when it is no name.
        func endpointCreate(_ request: AdminV1.EndpointCreateRequest, context: ServerCallContext) async throws
            -> AdminV1.EndpointCreateReply
        /// Answers when the endpoint accepts connections; the same path as a client's wake.
        func wake(_ request: AdminV1.WakeRequest, context: ServerCallContext) async throws -> AdminV1.WakeReply
        /// Answers when the endpoint's Postgres has ended. OK when it was not running.
        func suspend(_ request: AdminV1.SuspendRequest, context: ServerCallContext) async throws -> AdminV1.SuspendReply
    }

    /// Calls `sidecar.admin.v1.Admin`. Leaving a stream, or cancelling the task, cancels the call.
    package struct AdminClient: Sendable {
        private let channel: any GRPCChannel

        package init(_ channel: any GRPCChannel) {
            self.channel = channel
        }

        /// Who belongs to the fleet, as the asked proxy sees it.
        package func members(_ request: AdminV1.MembersRequest, options: CallOptions = CallOptions())
            async throws(GRPCStatus) -> AdminV1.MembersReply
        {
            try await channel.unary("/sidecar.admin.v1.Admin/Members", request, options: options)
        }

        /// Makes the asked proxy forget what gossip brought of computes and secrets, and fetch it anew from the others.
        /// FAILED_PRECONDITION when it does not gossip.
        package func gossipResync(_ request: AdminV1.GossipResyncRequest, options: CallOptions = CallOptions())
            async throws(GRPCStatus) -> AdminV1.GossipResyncReply
        {
            try await channel.unary("/sidecar.admin.v1.Admin/GossipResync", request, options: options)
        }

        package func endpoints(_ request: AdminV1.EndpointsRequest, options: CallOptions = CallOptions())
            async throws(GRPCStatus) -> AdminV1.EndpointsReply
        {
            try await channel.unary("/sidecar.admin.v1.Admin/Endpoints", request, options: options)
        }

        package func endpointShow(_ request: AdminV1.EndpointShowRequest, options: CallOptions = CallOptions())
            async throws(GRPCStatus) -> AdminV1.EndpointShowReply
        {
            try await channel.unary("/sidecar.admin.v1.Admin/EndpointShow", request, options: options)
        }

        /// ALREADY_EXISTS when the name is taken, INVALID_ARGUMENT when it is no name.
        package func endpointCreate(_ request: AdminV1.EndpointCreateRequest, options: CallOptions = CallOptions())
            async throws(GRPCStatus) -> AdminV1.EndpointCreateReply
        {
            try await channel.unary("/sidecar.admin.v1.Admin/EndpointCreate", request, options: options)
        }

        /// Answers when the endpoint accepts connections; the same path as a client's wake.
        package func wake(_ request: AdminV1.WakeRequest, options: CallOptions = CallOptions()) async throws(GRPCStatus)
            -> AdminV1.WakeReply
        {
            try await channel.unary("/sidecar.admin.v1.Admin/Wake", request, options: options)
        }

        /// Answers when the endpoint's Postgres has ended. OK when it was not running.
        package func suspend(_ request: AdminV1.SuspendRequest, options: CallOptions = CallOptions())
            async throws(GRPCStatus) -> AdminV1.SuspendReply
        {
            try await channel.unary("/sidecar.admin.v1.Admin/Suspend", request, options: options)
        }
    }
}

extension AdminV1.AdminService {
    /// `sidecar.admin.v1.Admin` for a server to offer.
    package var definition: ServiceDefinition {
        ServiceDefinition(
            name: "sidecar.admin.v1.Admin",
            methods: [
                .unary("/sidecar.admin.v1.Admin/Members") {
                    (request: AdminV1.MembersRequest, context) async throws -> AdminV1.MembersReply in
                    try await members(request, context: context)
                },
                .unary("/sidecar.admin.v1.Admin/GossipResync") {
                    (request: AdminV1.GossipResyncRequest, context) async throws -> AdminV1.GossipResyncReply in
                    try await gossipResync(request, context: context)
                },
                .unary("/sidecar.admin.v1.Admin/Endpoints") {
                    (request: AdminV1.EndpointsRequest, context) async throws -> AdminV1.EndpointsReply in
                    try await endpoints(request, context: context)
                },
                .unary("/sidecar.admin.v1.Admin/EndpointShow") {
                    (request: AdminV1.EndpointShowRequest, context) async throws -> AdminV1.EndpointShowReply in
                    try await endpointShow(request, context: context)
                },
                .unary("/sidecar.admin.v1.Admin/EndpointCreate") {
                    (request: AdminV1.EndpointCreateRequest, context) async throws -> AdminV1.EndpointCreateReply in
                    try await endpointCreate(request, context: context)
                },
                .unary("/sidecar.admin.v1.Admin/Wake") {
                    (request: AdminV1.WakeRequest, context) async throws -> AdminV1.WakeReply in
                    try await wake(request, context: context)
                },
                .unary("/sidecar.admin.v1.Admin/Suspend") {
                    (request: AdminV1.SuspendRequest, context) async throws -> AdminV1.SuspendReply in
                    try await suspend(request, context: context)
                },
            ])
    }
}
