internal import GRPCLite
internal import NIOCore

/// One call's wait for a connection that others may be waiting for too: it ends with the connection, with the call's
/// own time, or with its task.
struct GRPCConnectWait {
    private let answer: EventLoopPromise<ClientCaller>
    private let loop: any EventLoop

    init(_ loop: any EventLoop) {
        self.loop = loop
        answer = loop.makePromise()
    }

    func value(
        of connecting: EventLoopFuture<ClientCaller>, within limit: Duration?
    ) async throws(GRPCStatus) -> ClientCaller {
        connecting.cascade(to: answer)
        let timer = limit.map { limit in
            loop.scheduleTask(in: TimeAmount(limit)) { answer.fail(GRPCStatus.deadlineExceeded) }
        }
        defer { timer?.cancel() }
        do {
            return try await withTaskCancellationHandler {
                try await answer.futureResult.get()
            } onCancel: {
                answer.fail(GRPCStatus(.cancelled, "the task was cancelled"))
            }
        } catch let status as GRPCStatus {
            throw status
        } catch {
            throw GRPCStatus(.unavailable, "no connection: \(error)")
        }
    }
}
