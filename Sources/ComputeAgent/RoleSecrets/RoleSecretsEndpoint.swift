internal import GRPCLite
internal import SidecarAPI

/// Answers proxies and control planes about the roles of this agent's endpoint, and of no other.
struct RoleSecretsEndpoint: SecretV1.RoleSecretsService {
    let endpoint: String
    let desk: RoleSecretsDesk

    func get(_ request: SecretV1.RoleSecretRequest, context: ServerCallContext) async throws -> SecretV1.RoleSecret {
        try check(request.endpoint)
        let (verifier, revision) = try await desk.secret(of: request.role)
        return SecretV1.RoleSecret(verifier: verifier, revision: revision)
    }

    func list(
        _ request: SecretV1.RoleSecretsRequest, context: ServerCallContext
    ) async throws -> SecretV1.RoleSecretList {
        try check(request.endpoint)
        let (verifiers, revision) = try await desk.secrets()
        return SecretV1.RoleSecretList(
            roles: verifiers.map { SecretV1.NamedRoleSecret(role: $0.role, verifier: $0.verifier) }, revision: revision)
    }

    private func check(_ asked: String) throws {
        guard asked == endpoint else {
            throw GRPCStatus(.permissionDenied, "an agent speaks for its own endpoint only")
        }
    }
}
