internal import GRPCLite
internal import SidecarAPI

/// Answers proxies about the roles of this agent's endpoint, and of no other.
struct RoleSecretsEndpoint: SecretV1.RoleSecretsService {
    let endpoint: String
    let desk: RoleSecretsDesk

    func get(_ request: SecretV1.RoleSecretRequest, context: ServerCallContext) async throws -> SecretV1.RoleSecret {
        guard request.endpoint == endpoint else {
            throw GRPCStatus(.permissionDenied, "an agent speaks for its own endpoint only")
        }
        let (verifier, revision) = try await desk.secret(of: request.role)
        return SecretV1.RoleSecret(verifier: verifier, revision: revision)
    }
}
