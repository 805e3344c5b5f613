package import GRPCLite
package import Gossip
package import NIOCore
internal import SidecarAPI
internal import TLSEngine
package import Telemetry
internal import Transport

/// Asks over gRPC, as this control plane, and exactly the compute that reported.
package struct AgentRolesClient: AgentRoles {
    struct BadAddress: Error {}

    private static let answerLimit: Duration = .seconds(5)
    private let tls: @Sendable () throws -> TLSContext
    private let group: any EventLoopGroup
    private let offences: OffenceCounters

    /// - Parameter offences: of agents.
    /// - Throws: when the certificates cannot be used.
    package init(
        _ configuration: ControlPlaneConfiguration, offences: OffenceCounters, on group: any EventLoopGroup
    ) throws {
        self.group = group
        self.offences = offences
        // Read for every question, since certificates are renewed.
        tls = { try configuration.clientContext() }
        _ = try tls()
    }

    package func roles(
        of endpoint: EndpointName, computeID: String, at address: String
    ) async throws -> [String: Secret<String>] {
        guard let target = DiscoveryTarget(address) else { throw BadAddress() }
        let expected = FleetIdentity.compute(endpoint, computeID: computeID)
        // For one question: roles change seldom.
        let channel = GRPCClientChannel(
            host: target.host, port: Int(target.port), tls: try tls(),
            expectedPeer: { FleetIdentity(uriNames: $0.uriNames) == expected }, offences: offences, group: group)
        let list = try await SecretV1.RoleSecretsClient(channel).list(
            SecretV1.RoleSecretsRequest(endpoint: endpoint.text), options: CallOptions(timeout: Self.answerLimit))
        return Dictionary(list.roles.map { ($0.role, Secret($0.verifier)) }) { first, _ in first }
    }
}
