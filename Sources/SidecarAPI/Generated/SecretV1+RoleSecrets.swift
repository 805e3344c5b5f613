// Made from proto/sidecar/secret/v1/secret.proto by scripts/generate-proto. Not edited by hand.

package import GRPCLite

extension SecretV1 {
    /// What a server of `sidecar.secret.v1.RoleSecrets` does. A thrown `GRPCStatus` reaches the caller as it is.
    package protocol RoleSecretsService: Sendable {
        /// What proves a role. Read from the running database for every question: nothing is remembered here. A role that does
        /// not exist is an answer, never an error. UNAVAILABLE: the database cannot be asked right now.
        /// RESOURCE_EXHAUSTED: too many questions.
        func get(_ request: SecretV1.RoleSecretRequest, context: ServerCallContext) async throws -> SecretV1.RoleSecret
        /// What proves all roles, for a control plane that answers in their place while the database sleeps. Errors as above;
        /// RESOURCE_EXHAUSTED also: more roles than fit.
        func list(_ request: SecretV1.RoleSecretsRequest, context: ServerCallContext) async throws
            -> SecretV1.RoleSecretList
    }

    /// Calls `sidecar.secret.v1.RoleSecrets`. Leaving a stream, or cancelling the task, cancels the call.
    package struct RoleSecretsClient: Sendable {
        private let channel: any GRPCChannel

        package init(_ channel: any GRPCChannel) {
            self.channel = channel
        }

        /// What proves a role. Read from the running database for every question: nothing is remembered here. A role that does
        /// not exist is an answer, never an error. UNAVAILABLE: the database cannot be asked right now.
        /// RESOURCE_EXHAUSTED: too many questions.
        package func get(_ request: SecretV1.RoleSecretRequest, options: CallOptions = CallOptions())
            async throws(GRPCStatus) -> SecretV1.RoleSecret
        {
            try await channel.unary("/sidecar.secret.v1.RoleSecrets/Get", request, options: options)
        }

        /// What proves all roles, for a control plane that answers in their place while the database sleeps. Errors as above;
        /// RESOURCE_EXHAUSTED also: more roles than fit.
        package func list(_ request: SecretV1.RoleSecretsRequest, options: CallOptions = CallOptions())
            async throws(GRPCStatus) -> SecretV1.RoleSecretList
        {
            try await channel.unary("/sidecar.secret.v1.RoleSecrets/List", request, options: options)
        }
    }
}

extension SecretV1.RoleSecretsService {
    /// `sidecar.secret.v1.RoleSecrets` for a server to offer.
    package var definition: ServiceDefinition {
        ServiceDefinition(
            name: "sidecar.secret.v1.RoleSecrets",
            methods: [
                .unary("/sidecar.secret.v1.RoleSecrets/Get") {
                    (request: SecretV1.RoleSecretRequest, context) async throws -> SecretV1.RoleSecret in
                    try await get(request, context: context)
                },
                .unary("/sidecar.secret.v1.RoleSecrets/List") {
                    (request: SecretV1.RoleSecretsRequest, context) async throws -> SecretV1.RoleSecretList in
                    try await list(request, context: context)
                },
            ])
    }
}
