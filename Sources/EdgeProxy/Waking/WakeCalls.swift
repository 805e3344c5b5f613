package import Gossip

/// Asks the control plane to wake a compute.
package protocol WakeCalls: Sendable {
    /// Waits until a compute runs. Repeats what is worth repeating until `deadline`.
    func wakeCompute(
        _ endpoint: EndpointName, idempotencyKey: String, session: SessionContext, deadline: ContinuousClock.Instant
    ) async throws(WakeFailure) -> WokenCompute
}

/// The control plane's answer to a wake.
package struct WokenCompute: Sendable, Equatable {
    /// `nil` from a control plane that does not number its starts.
    package var generation: UInt64?
    package var host: String
    package var port: Int
    package var serverName: String?
    package var computeID: String
    package var coldStartInfo: String?

    package init(
        generation: UInt64?, host: String, port: Int, serverName: String?, computeID: String,
        coldStartInfo: String? = nil
    ) {
        self.generation = generation
        self.host = host
        self.port = port
        self.serverName = serverName
        self.computeID = computeID
        self.coldStartInfo = coldStartInfo
    }
}
