internal import Logging
internal import NIOCore
internal import PostgresWire
internal import TLSEngine
internal import Transport

/// Serves cancel requests: finds the session, tells its compute, and holds the client until that has acted.
struct CancelDesk: Sendable {
    /// From the client's request to the end of its connection.
    static let limit: Duration = .seconds(10)

    let registry: CancelRegistry
    /// For computes that have a server name.
    let tls: TLSContext?
    let metrics: EdgeMetrics
    var logger: Logger

    /// Returns when the compute has closed its side. The client waits for its own socket to close, so closing it then
    /// and not before keeps a late cancel from hitting the next query. By the protocol nothing is answered.
    func serve(_ request: CancelRequest, on loop: any EventLoop) async {
        guard let entry = registry.entry(for: request.key) else {
            metrics.cancellationRequest(.notFound)
            logger.info("query cancellation key not found")
            return
        }
        metrics.cancellationRequest(.found)
        await cancel(entry, on: loop)
    }

    /// Stops whatever the session's compute is doing for it.
    func cancel(_ entry: CancelRegistry.Entry, on loop: any EventLoop) async {
        let outcome = await PostgresCancel.send(
            CancelRequest(key: entry.computeKey), to: entry.target, context: tls, on: loop,
            deadline: .now + Self.limit)
        guard case .failed(let reason) = outcome else { return }
        logger.info("cancel did not reach the compute", metadata: ["reason": "\(reason)"])
    }
}
