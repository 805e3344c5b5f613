// Made from proto/sidecar/secret/v1/secret.proto by scripts/generate-proto. Not edited by hand.

internal import CProtobufC
internal import CSidecarProto
internal import GRPCLite

/// What a compute's agent tells proxies about the roles of its database.
///
/// The caller dials; the agent says in its reports where (sidecar.report.v1.Transition.agent_address). Both ends prove
/// themselves by mTLS: certificates of proxies (URI SAN sidecar://proxy/<id>) may call Get, those of control planes
/// (sidecar://control-plane/<id>) List, and the caller expects exactly the compute that it asks about
/// (sidecar://compute/<endpoint>/<compute id>).
package enum SecretV1 {}

extension SecretV1 {
    /// Sent by a proxy for a client that says it is this role.
    package struct RoleSecretRequest: Equatable, Sendable {
        /// The endpoint whose role it is. Must be the agent's own.
        package var endpoint: String
        /// The role's name as the client spelt it. At most 63 bytes, or there is no such role.
        package var role: String

        package init(endpoint: String = "", role: String = "") {
            self.endpoint = endpoint
            self.role = role
        }
    }

    /// Sent by the agent.
    package struct RoleSecret: Equatable, Sendable {
        /// As pg_authid.rolpassword has it, so never a password: SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>, or md5
        /// and 32 digits. Empty when nobody can log in as this role: it does not exist, has no password, may not log in, is the
        /// agent's own, or is valid no longer. The answer does not say which.
        package var verifier: String
        /// As sidecar.report.v1.Transition.role_secrets_revision was when the database was asked, or earlier.
        package var revision: UInt64

        package init(verifier: String = "", revision: UInt64 = 0) {
            self.verifier = verifier
            self.revision = revision
        }
    }

    /// Sent by a control plane.
    package struct RoleSecretsRequest: Equatable, Sendable {
        /// The endpoint whose roles they are. Must be the agent's own.
        package var endpoint: String

        package init(endpoint: String = "") {
            self.endpoint = endpoint
        }
    }

    /// Sent by the agent.
    package struct RoleSecretList: Equatable, Sendable {
        /// Every role that can log in, by name. Those that RoleSecret.verifier is empty for are left out.
        package var roles: [SecretV1.NamedRoleSecret]
        /// As RoleSecret.revision.
        package var revision: UInt64

        package init(roles: [SecretV1.NamedRoleSecret] = [], revision: UInt64 = 0) {
            self.roles = roles
            self.revision = revision
        }
    }

    /// One role and what proves it.
    package struct NamedRoleSecret: Equatable, Sendable {
        package var role: String
        /// As RoleSecret.verifier, never empty.
        package var verifier: String

        package init(role: String = "", verifier: String = "") {
            self.role = role
            self.verifier = verifier
        }
    }

}

extension SecretV1.RoleSecretRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Secret__V1__RoleSecretRequest>) {
        unsafe sidecar__secret__v1__role_secret_request__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Secret__V1__RoleSecretRequest>, in arena: Arena) throws(MessageFailure) {
        endpoint = try unsafe arena.string(at: c.pointee.endpoint)
        role = try unsafe arena.string(at: c.pointee.role)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Secret__V1__RoleSecretRequest>, in arena: Arena) throws(MessageFailure)
    {
        unsafe c.pointee.endpoint = try arena.place(endpoint)
        unsafe c.pointee.role = try arena.place(role)
    }
}

extension SecretV1.RoleSecret: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Secret__V1__RoleSecret>) {
        unsafe sidecar__secret__v1__role_secret__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Secret__V1__RoleSecret>, in arena: Arena) throws(MessageFailure) {
        verifier = try unsafe arena.string(at: c.pointee.verifier)
        revision = unsafe c.pointee.revision
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Secret__V1__RoleSecret>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.verifier = try arena.place(verifier)
        unsafe c.pointee.revision = revision
    }
}

extension SecretV1.RoleSecretsRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Secret__V1__RoleSecretsRequest>) {
        unsafe sidecar__secret__v1__role_secrets_request__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Secret__V1__RoleSecretsRequest>, in arena: Arena) throws(MessageFailure) {
        endpoint = try unsafe arena.string(at: c.pointee.endpoint)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Secret__V1__RoleSecretsRequest>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.endpoint = try arena.place(endpoint)
    }
}

extension SecretV1.RoleSecretList: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Secret__V1__RoleSecretList>) {
        unsafe sidecar__secret__v1__role_secret_list__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Secret__V1__RoleSecretList>, in arena: Arena) throws(MessageFailure) {
        roles = try unsafe arena.messages(at: c.pointee.roles, count: c.pointee.n_roles)
        revision = unsafe c.pointee.revision
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Secret__V1__RoleSecretList>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.n_roles = roles.count
        unsafe c.pointee.roles = try arena.place(roles)
        unsafe c.pointee.revision = revision
    }
}

extension SecretV1.NamedRoleSecret: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Secret__V1__NamedRoleSecret>) {
        unsafe sidecar__secret__v1__named_role_secret__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Secret__V1__NamedRoleSecret>, in arena: Arena) throws(MessageFailure) {
        role = try unsafe arena.string(at: c.pointee.role)
        verifier = try unsafe arena.string(at: c.pointee.verifier)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Secret__V1__NamedRoleSecret>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.role = try arena.place(role)
        unsafe c.pointee.verifier = try arena.place(verifier)
    }
}
