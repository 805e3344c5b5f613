internal import Gossip

/// Roles and rules are the endpoint's own, whichever way in the client named: `demo-pooler` has those of `demo`.
struct SuffixDirectory: EndpointDirectory {
    let inner: any EndpointDirectory

    func accessControl(
        endpoint: EndpointName, role: String, session: SessionContext
    ) async throws(LookupFailure) -> RoleAccess {
        try await inner.accessControl(endpoint: endpoint.unsuffixed, role: role, session: session)
    }

    func accessControlAfterWrongProof(
        endpoint: EndpointName, role: String, tried: RoleAccess, session: SessionContext
    ) async -> RoleAccess? {
        await inner.accessControlAfterWrongProof(
            endpoint: endpoint.unsuffixed, role: role, tried: tried, session: session)
    }

    func allows(_ origin: ClientOrigin, at endpoint: EndpointName) async -> Bool {
        await inner.allows(origin, at: endpoint.unsuffixed)
    }
}
