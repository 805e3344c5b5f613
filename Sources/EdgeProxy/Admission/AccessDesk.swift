package import Gossip
internal import Logging
internal import PostgresWire

/// Lets a client's login begin, or not: the directory's answer, with the endpoint's rules applied before anybody's proof
/// costs anything.
package struct AccessDesk: EndpointDirectory {
    private let directory: RoleDirectory
    private let entrance: Entrance

    package init(directory: RoleDirectory, entrance: Entrance) {
        self.directory = directory
        self.entrance = entrance
    }

    package func accessControl(
        endpoint: EndpointName, role: String, session: SessionContext
    ) async throws(LookupFailure) -> RoleAccess {
        var access = try await directory.accessControl(endpoint: endpoint, role: role, session: session)
        if access.rules.denial(of: session.origin, at: entrance) != nil,
            let newer = await directory.accessControlAfterDenial(
                endpoint: endpoint, role: role, tried: access, session: session)
        {
            access = newer
        }
        if let denial = access.rules.denial(of: session.origin, at: entrance) { throw LookupFailure(denial) }
        return access.role
    }

    package func accessControlAfterWrongProof(
        endpoint: EndpointName, role: String, tried: RoleAccess, session: SessionContext
    ) async -> RoleAccess? {
        await directory.accessControlAfterWrongProof(endpoint: endpoint, role: role, tried: tried, session: session)
    }

    package func allows(_ origin: ClientOrigin, at endpoint: EndpointName) async -> Bool {
        do {
            let session = SessionContext(id: SessionID.fresh(), origin: origin)
            let settings = try await directory.settings(of: endpoint, session: session)
            return settings.map { $0.rules.denial(of: origin, at: entrance) == nil } ?? false
        } catch {
            return false
        }
    }
}

extension LookupFailure {
    init(_ denial: AccessDenial) {
        let told = Refusals.notAllowed(denial)
        self.init(
            reason: .notAllowed, clientMessage: told.message, sqlState: told.sqlState.text, hint: told.hint,
            detail: "\(denial)")
    }
}
