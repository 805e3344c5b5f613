/// Whom the directory asks about a role, once for everybody who waits: the control plane, or a Postgres that keeps the
/// roles.
package protocol SecretSource: Sendable {
    /// - Parameter patience: how long to go on for an answer; short for somebody who has something to fall back on.
    func accessControl(
        of key: RoleKey, session: SessionContext, patience: Duration?
    ) async throws(LookupFailure) -> EndpointAccess
}
