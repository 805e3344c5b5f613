internal import PostgresWire

extension SessionEnd {
    /// Whose error it was, as Neon counts them.
    var errorType: EdgeMetrics.ErrorType {
        switch self {
        case .refused(let response): Self.errorType(of: response)
        case .refusedByCompute: .postgres
        case .unheard: .clientDisconnect
        case .cancelled: .service
        }
    }

    private static func errorType(of response: ErrorResponse) -> EdgeMetrics.ErrorType {
        switch response.sqlState {
        case .tooManyConnections: .rateLimit
        case .configurationLimitExceeded: .quota
        case .adminShutdown, .internalError: .service
        case _ where response.message.hasPrefix(Refusals.controlPlaneFailed): .controlPlane
        case .connectionFailure, .cannotConnectNow: .compute
        case _: .user
        }
    }
}
