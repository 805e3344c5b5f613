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
        /// One endpoint: what the control plane knows, and what the asked proxy has cached.
        func endpointShow(_ request: AdminV1.EndpointShowRequest, context: ServerCallContext) async throws
            -> AdminV1.EndpointShowReply
        /// ALREADY_EXISTS when the name is taken, INVALID_ARGUMENT when it is no name.
        func endpointCreate(_ request: AdminV1.EndpointCreateRequest, context: ServerCallContext) async throws
            -> AdminV1.EndpointCreateReply
        /// Deletes an endpoint with all of its data, for good. FAILED_PRECONDITION while its compute runs, unless forced.
        func endpointDelete(_ request: AdminV1.EndpointDeleteRequest, context: ServerCallContext) async throws
            -> AdminV1.EndpointDeleteReply
        /// Answers when the endpoint accepts connections; the same path as a client's wake.
        func wake(_ request: AdminV1.WakeRequest, context: ServerCallContext) async throws -> AdminV1.WakeReply
        /// Answers when the endpoint's Postgres has ended. OK when it was not running.
        func suspend(_ request: AdminV1.SuspendRequest, context: ServerCallContext) async throws -> AdminV1.SuspendReply
        /// Makes every proxy of the fleet ask anew about an endpoint. Open sessions stay.
        func invalidate(_ request: AdminV1.InvalidateRequest, context: ServerCallContext) async throws
            -> AdminV1.InvalidateReply
        /// Takes a control plane's notification of changed secrets and rules, as Neon's sends it, and tells the fleet.
        /// INVALID_ARGUMENT when it cannot be read.
        func notify(_ request: AdminV1.NotifyRequest, context: ServerCallContext) async throws -> AdminV1.NotifyReply
        /// Empties caches of the asked proxy. Nobody else hears of it, and nothing is forbidden: what is asked anew may be the
        /// same again.
        func cachePurge(_ request: AdminV1.CachePurgeRequest, context: ServerCallContext) async throws
            -> AdminV1.CachePurgeReply
        /// The client sessions of the asked proxy.
        func sessions(_ request: AdminV1.SessionsRequest, context: ServerCallContext) async throws
            -> AdminV1.SessionsReply
        /// Ends sessions of the asked proxy with FATAL 57P01, at once. INVALID_ARGUMENT without a filter.
        func sessionEnd(_ request: AdminV1.SessionEndRequest, context: ServerCallContext) async throws
            -> AdminV1.SessionEndReply
        /// Cancels what sessions of the asked proxy are running (57014 for their clients). They stay open.
        /// INVALID_ARGUMENT without a filter.
        func sessionCancel(_ request: AdminV1.SessionCancelRequest, context: ServerCallContext) async throws
            -> AdminV1.SessionCancelReply
        /// Makes the asked proxy drain, as SIGTERM does, and reports how far it is: at once, at each step and now and then.
        /// The stream ends when the proxy is about to end; a second call joins the drain that is under way.
        func drain(
            _ request: AdminV1.DrainRequest, to responses: ResponseWriter<AdminV1.DrainProgress>,
            context: ServerCallContext) async throws
        /// Reads and changes how much the asked proxy logs. INVALID_ARGUMENT for a level that does not exist.
        func logLevel(_ request: AdminV1.LogLevelRequest, context: ServerCallContext) async throws
            -> AdminV1.LogLevelReply
        /// What happens at the asked proxy, as it happens. RESOURCE_EXHAUSTED when too many watch already.
        func watch(
            _ request: AdminV1.WatchRequest, to responses: ResponseWriter<AdminV1.FleetEvent>,
            context: ServerCallContext) async throws
        /// Every setting of the asked proxy that counts, and where it comes from.
        func configuration(_ request: AdminV1.ConfigurationRequest, context: ServerCallContext) async throws
            -> AdminV1.ConfigurationReply
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

        /// One endpoint: what the control plane knows, and what the asked proxy has cached.
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

        /// Deletes an endpoint with all of its data, for good. FAILED_PRECONDITION while its compute runs, unless forced.
        package func endpointDelete(_ request: AdminV1.EndpointDeleteRequest, options: CallOptions = CallOptions())
            async throws(GRPCStatus) -> AdminV1.EndpointDeleteReply
        {
            try await channel.unary("/sidecar.admin.v1.Admin/EndpointDelete", request, options: options)
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

        /// Makes every proxy of the fleet ask anew about an endpoint. Open sessions stay.
        package func invalidate(_ request: AdminV1.InvalidateRequest, options: CallOptions = CallOptions())
            async throws(GRPCStatus) -> AdminV1.InvalidateReply
        {
            try await channel.unary("/sidecar.admin.v1.Admin/Invalidate", request, options: options)
        }

        /// Takes a control plane's notification of changed secrets and rules, as Neon's sends it, and tells the fleet.
        /// INVALID_ARGUMENT when it cannot be read.
        package func notify(_ request: AdminV1.NotifyRequest, options: CallOptions = CallOptions())
            async throws(GRPCStatus) -> AdminV1.NotifyReply
        {
            try await channel.unary("/sidecar.admin.v1.Admin/Notify", request, options: options)
        }

        /// Empties caches of the asked proxy. Nobody else hears of it, and nothing is forbidden: what is asked anew may be the
        /// same again.
        package func cachePurge(_ request: AdminV1.CachePurgeRequest, options: CallOptions = CallOptions())
            async throws(GRPCStatus) -> AdminV1.CachePurgeReply
        {
            try await channel.unary("/sidecar.admin.v1.Admin/CachePurge", request, options: options)
        }

        /// The client sessions of the asked proxy.
        package func sessions(_ request: AdminV1.SessionsRequest, options: CallOptions = CallOptions())
            async throws(GRPCStatus) -> AdminV1.SessionsReply
        {
            try await channel.unary("/sidecar.admin.v1.Admin/Sessions", request, options: options)
        }

        /// Ends sessions of the asked proxy with FATAL 57P01, at once. INVALID_ARGUMENT without a filter.
        package func sessionEnd(_ request: AdminV1.SessionEndRequest, options: CallOptions = CallOptions())
            async throws(GRPCStatus) -> AdminV1.SessionEndReply
        {
            try await channel.unary("/sidecar.admin.v1.Admin/SessionEnd", request, options: options)
        }

        /// Cancels what sessions of the asked proxy are running (57014 for their clients). They stay open.
        /// INVALID_ARGUMENT without a filter.
        package func sessionCancel(_ request: AdminV1.SessionCancelRequest, options: CallOptions = CallOptions())
            async throws(GRPCStatus) -> AdminV1.SessionCancelReply
        {
            try await channel.unary("/sidecar.admin.v1.Admin/SessionCancel", request, options: options)
        }

        /// Makes the asked proxy drain, as SIGTERM does, and reports how far it is: at once, at each step and now and then.
        /// The stream ends when the proxy is about to end; a second call joins the drain that is under way.
        package func drain(_ request: AdminV1.DrainRequest, options: CallOptions = CallOptions())
            async throws(GRPCStatus) -> ResponseStream<AdminV1.DrainProgress>
        {
            try await channel.serverStreaming("/sidecar.admin.v1.Admin/Drain", request, options: options)
        }

        /// Reads and changes how much the asked proxy logs. INVALID_ARGUMENT for a level that does not exist.
        package func logLevel(_ request: AdminV1.LogLevelRequest, options: CallOptions = CallOptions())
            async throws(GRPCStatus) -> AdminV1.LogLevelReply
        {
            try await channel.unary("/sidecar.admin.v1.Admin/LogLevel", request, options: options)
        }

        /// What happens at the asked proxy, as it happens. RESOURCE_EXHAUSTED when too many watch already.
        package func watch(_ request: AdminV1.WatchRequest, options: CallOptions = CallOptions())
            async throws(GRPCStatus) -> ResponseStream<AdminV1.FleetEvent>
        {
            try await channel.serverStreaming("/sidecar.admin.v1.Admin/Watch", request, options: options)
        }

        /// Every setting of the asked proxy that counts, and where it comes from.
        package func configuration(_ request: AdminV1.ConfigurationRequest, options: CallOptions = CallOptions())
            async throws(GRPCStatus) -> AdminV1.ConfigurationReply
        {
            try await channel.unary("/sidecar.admin.v1.Admin/Configuration", request, options: options)
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
                .unary("/sidecar.admin.v1.Admin/EndpointDelete") {
                    (request: AdminV1.EndpointDeleteRequest, context) async throws -> AdminV1.EndpointDeleteReply in
                    try await endpointDelete(request, context: context)
                },
                .unary("/sidecar.admin.v1.Admin/Wake") {
                    (request: AdminV1.WakeRequest, context) async throws -> AdminV1.WakeReply in
                    try await wake(request, context: context)
                },
                .unary("/sidecar.admin.v1.Admin/Suspend") {
                    (request: AdminV1.SuspendRequest, context) async throws -> AdminV1.SuspendReply in
                    try await suspend(request, context: context)
                },
                .unary("/sidecar.admin.v1.Admin/Invalidate") {
                    (request: AdminV1.InvalidateRequest, context) async throws -> AdminV1.InvalidateReply in
                    try await invalidate(request, context: context)
                },
                .unary("/sidecar.admin.v1.Admin/Notify") {
                    (request: AdminV1.NotifyRequest, context) async throws -> AdminV1.NotifyReply in
                    try await notify(request, context: context)
                },
                .unary("/sidecar.admin.v1.Admin/CachePurge") {
                    (request: AdminV1.CachePurgeRequest, context) async throws -> AdminV1.CachePurgeReply in
                    try await cachePurge(request, context: context)
                },
                .unary("/sidecar.admin.v1.Admin/Sessions") {
                    (request: AdminV1.SessionsRequest, context) async throws -> AdminV1.SessionsReply in
                    try await sessions(request, context: context)
                },
                .unary("/sidecar.admin.v1.Admin/SessionEnd") {
                    (request: AdminV1.SessionEndRequest, context) async throws -> AdminV1.SessionEndReply in
                    try await sessionEnd(request, context: context)
                },
                .unary("/sidecar.admin.v1.Admin/SessionCancel") {
                    (request: AdminV1.SessionCancelRequest, context) async throws -> AdminV1.SessionCancelReply in
                    try await sessionCancel(request, context: context)
                },
                .serverStreaming("/sidecar.admin.v1.Admin/Drain") {
                    (request: AdminV1.DrainRequest, responses: ResponseWriter<AdminV1.DrainProgress>, context)
                        async throws in
                    try await drain(request, to: responses, context: context)
                },
                .unary("/sidecar.admin.v1.Admin/LogLevel") {
                    (request: AdminV1.LogLevelRequest, context) async throws -> AdminV1.LogLevelReply in
                    try await logLevel(request, context: context)
                },
                .serverStreaming("/sidecar.admin.v1.Admin/Watch") {
                    (request: AdminV1.WatchRequest, responses: ResponseWriter<AdminV1.FleetEvent>, context) async throws
                    in
                    try await watch(request, to: responses, context: context)
                },
                .unary("/sidecar.admin.v1.Admin/Configuration") {
                    (request: AdminV1.ConfigurationRequest, context) async throws -> AdminV1.ConfigurationReply in
                    try await configuration(request, context: context)
                },
            ])
    }
}
