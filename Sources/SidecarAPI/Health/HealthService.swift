package import GRPCLite

/// `grpc.health.v1.Health` over a board. A watcher costs one stream and one value.
package struct HealthService: GRPCHealthV1.HealthService {
    /// With more services than this a list is refused (gRFC A90).
    private static let listLimit = 100

    private let board: HealthBoard

    package init(_ board: HealthBoard) {
        self.board = board
    }

    package func check(
        _ request: GRPCHealthV1.HealthCheckRequest, context: ServerCallContext
    ) async throws -> GRPCHealthV1.HealthCheckResponse {
        let status = board.status(of: request.service)
        guard status != .unknownService else { throw GRPCStatus(.notFound, "unknown service") }
        return GRPCHealthV1.HealthCheckResponse(status)
    }

    package func list(
        _ request: GRPCHealthV1.HealthListRequest, context: ServerCallContext
    ) async throws -> GRPCHealthV1.HealthListResponse {
        let all = board.all
        guard all.count <= Self.listLimit else { throw GRPCStatus(.resourceExhausted, "too many services to list") }
        return GRPCHealthV1.HealthListResponse(
            statuses: all.sorted { $0.key < $1.key }.map {
                .init(key: $0.key, value: GRPCHealthV1.HealthCheckResponse($0.value))
            })
    }

    package func watch(
        _ request: GRPCHealthV1.HealthCheckRequest,
        to responses: ResponseWriter<GRPCHealthV1.HealthCheckResponse>, context: ServerCallContext
    ) async throws {
        var last: HealthBoard.Status?
        for await status in board.watch(request.service) where status != last {
            try await responses.write(GRPCHealthV1.HealthCheckResponse(status))
            last = status
        }
    }
}

extension GRPCHealthV1.HealthCheckResponse {
    fileprivate init(_ status: HealthBoard.Status) {
        switch status {
        case .serving: self.init(status: .serving)
        case .notServing: self.init(status: .notServing)
        case .unknownService: self.init(status: .serviceUnknown)
        }
    }
}
