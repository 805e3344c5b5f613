// Made from proto/page_api/page_service.proto by scripts/generate-proto. Not edited by hand.

package import GRPCLite

extension PageAPI {
    /// What a server of `page_api.PageService` does. A thrown `GRPCStatus` reaches the caller as it is.
    package protocol PageServiceService: Sendable {
        /// A base backup: a tar archive, cut anywhere, of all that a compute needs to start and that is not read page by page.
        func getBaseBackup(
            _ request: PageAPI.GetBaseBackupRequest, to responses: ResponseWriter<PageAPI.GetBaseBackupResponseChunk>,
            context: ServerCallContext) async throws
        /// Keeps what is needed to read at an LSN from being collected, until the time in the answer. FAILED_PRECONDITION when it
        /// has been collected already.
        func leaseLsn(_ request: PageAPI.LeaseLsnRequest, context: ServerCallContext) async throws
            -> PageAPI.LeaseLsnResponse
    }

    /// Calls `page_api.PageService`. Leaving a stream, or cancelling the task, cancels the call.
    package struct PageServiceClient: Sendable {
        private let channel: any GRPCChannel

        package init(_ channel: any GRPCChannel) {
            self.channel = channel
        }

        /// A base backup: a tar archive, cut anywhere, of all that a compute needs to start and that is not read page by page.
        package func getBaseBackup(_ request: PageAPI.GetBaseBackupRequest, options: CallOptions = CallOptions())
            async throws(GRPCStatus) -> ResponseStream<PageAPI.GetBaseBackupResponseChunk>
        {
            try await channel.serverStreaming("/page_api.PageService/GetBaseBackup", request, options: options)
        }

        /// Keeps what is needed to read at an LSN from being collected, until the time in the answer. FAILED_PRECONDITION when it
        /// has been collected already.
        package func leaseLsn(_ request: PageAPI.LeaseLsnRequest, options: CallOptions = CallOptions())
            async throws(GRPCStatus) -> PageAPI.LeaseLsnResponse
        {
            try await channel.unary("/page_api.PageService/LeaseLsn", request, options: options)
        }
    }
}

extension PageAPI.PageServiceService {
    /// `page_api.PageService` for a server to offer.
    package var definition: ServiceDefinition {
        ServiceDefinition(
            name: "page_api.PageService",
            methods: [
                .serverStreaming("/page_api.PageService/GetBaseBackup") {
                    (
                        request: PageAPI.GetBaseBackupRequest,
                        responses: ResponseWriter<PageAPI.GetBaseBackupResponseChunk>, context
                    ) async throws in
                    try await getBaseBackup(request, to: responses, context: context)
                },
                .unary("/page_api.PageService/LeaseLsn") {
                    (request: PageAPI.LeaseLsnRequest, context) async throws -> PageAPI.LeaseLsnResponse in
                    try await leaseLsn(request, context: context)
                },
            ])
    }
}
