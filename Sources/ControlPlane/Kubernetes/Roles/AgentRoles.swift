package import Gossip
package import Telemetry

/// Asks computes' agents what proves their roles.
package protocol AgentRoles: Sendable {
    /// - Parameter address: as the agent reports it, `host:port`.
    /// - Returns: every role that can log in.
    func roles(
        of endpoint: EndpointName, computeID: String, at address: String
    ) async throws -> [String: Secret<String>]
}
