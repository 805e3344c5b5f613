internal import GRPCLite
internal import Logging

/// A line for every gRPC call that ended: at debug, and at warning when the fault is ours. What a call said is never in it.
struct CallLog: Sendable {
    let logger: Logger

    var server: ServerInterceptor {
        { [logger] method in
            { call, next in
                let began = ContinuousClock.now
                do {
                    try await next(call)
                    Self.write(logger, method, call, .ok, began)
                } catch {
                    Self.write(logger, method, call, call.status(of: error), began)
                    throw error
                }
            }
        }
    }

    private static func write(
        _ logger: Logger, _ method: MethodInfo, _ call: ServerCallContext, _ status: GRPCStatus,
        _ began: ContinuousClock.Instant
    ) {
        let isOurs = [.unknown, .internalError, .dataLoss].contains(status.code)
        logger.log(
            level: isOurs ? .warning : .debug, "gRPC call",
            metadata: [
                "method": "\(method.path)", "code": "\(status.code)", "peer": "\(call.peer.address)",
                "took_ms": "\(began.duration(to: .now).wholeMillis)",
            ])
    }
}
