package import Gossip
internal import Logging
internal import PostgresWire

/// Lets a client's login begin, or not: the directory's answer, with the endpoint's rules applied before anybody's proof
/// costs anything.
package struct AccessDesk: EndpointDirectory {
    private let directory: RoleDirectory
    private let entrance: Entrance
    private let attempts: AttemptLimiter<EndpointName>
    /// Endpoints that are not there are counted too, so that nobody can tell, and have room of their own: however many
    /// names strangers invent, no endpoint's count is forgotten.
    private let inventedAttempts: AttemptLimiter<EndpointName>
    private let metrics: EdgeMetrics

    /// - Parameter endpointRate: for endpoints that have none of their own. `nil`: no limit.
    package init(directory: RoleDirectory, entrance: Entrance, endpointRate: AttemptRate?, metrics: EdgeMetrics) {
        self.directory = directory
        self.entrance = entrance
        attempts = AttemptLimiter(endpointRate)
        inventedAttempts = AttemptLimiter(endpointRate)
        self.metrics = metrics
    }

    package func accessControl(
        endpoint: EndpointName, role: String, session: SessionContext
    ) async throws(LookupFailure) -> RoleAccess {
        guard let known = await directory.knownSettings(of: endpoint) else {
            let told = try await directory.accessControl(endpoint: endpoint, role: role, session: session)
            let access = try await checked(told, endpoint, role, session)
            try count(endpoint, access.settings)
            return access.role
        }
        // Before a role is asked about: strangers can invent any number of them.
        do throws(LookupFailure) {
            _ = try await checked(EndpointAccess(.noSecret, known), endpoint, role, session)
        } catch {
            metrics.cacheLookup(.accessRules, .hit)
            throw error
        }
        try count(endpoint, known)
        let access = try await directory.accessControl(endpoint: endpoint, role: role, session: session)
        // The answer may have brought other rules.
        if let denial = access.rules.denial(of: session.origin, at: entrance) { throw LookupFailure(denial) }
        return access.role
    }

    private func checked(
        _ access: EndpointAccess, _ endpoint: EndpointName, _ role: String, _ session: SessionContext
    ) async throws(LookupFailure) -> EndpointAccess {
        guard access.rules.denial(of: session.origin, at: entrance) != nil else { return access }
        let newer = await directory.accessControlAfterDenial(
            endpoint: endpoint, role: role, tried: access, session: session)
        let latest = newer ?? access
        if let denial = latest.rules.denial(of: session.origin, at: entrance) { throw LookupFailure(denial) }
        return latest
    }

    private func count(_ endpoint: EndpointName, _ settings: EndpointSettings?) throws(LookupFailure) {
        let limiter = settings == nil ? inventedAttempts : attempts
        guard let wait = limiter.take(endpoint, own: settings?.attempts) else { return }
        metrics.limitReached(.endpointRate)
        throw LookupFailure(
            .rateLimited, Refusals.tooManyAttempts(retryAfter: wait), retryAfter: wait,
            detail: "attempts at an endpoint")
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
        self.init(.notAllowed, Refusals.notAllowed(denial), detail: "\(denial)")
    }

    init(_ reason: Reason, _ told: ErrorResponse, retryAfter: Duration? = nil, detail: String) {
        self.init(
            reason: reason, clientMessage: told.message, sqlState: told.sqlState.text, hint: told.hint,
            retryAfter: retryAfter, detail: detail)
    }
}
