package import Gossip
internal import PostgresWire
internal import Synchronization

/// Neon's two calls, in the spelling that the control plane understands: the one that was chosen, or 2025's, and 2023's
/// when it knows no other.
package final class ControlPlaneCalls: WakeCalls, SecretSource {
    /// How paths, parameters and answers are named.
    package enum Spelling: String, Sendable, CaseIterable { case of2025 = "2025", of2023 = "2023" }

    /// How long a control plane that answered to 2023's spelling is not asked in 2025's.
    private static let memory: Duration = .seconds(60)
    private static let accessControlLimit: Duration = .seconds(10)
    private static let accessControlAttemptLimit: Duration = .seconds(5)

    private let client: ControlPlaneClient
    private let outageLimit: Duration
    private let spelling: Spelling?
    private let of2023Until = Mutex<ContinuousClock.Instant?>(nil)

    /// - Parameter spelling: `nil`: found out by asking.
    package init(client: ControlPlaneClient, outageLimit: Duration, spelling: Spelling? = nil) {
        self.client = client
        self.spelling = spelling
        self.outageLimit = outageLimit
    }

    package func wakeCompute(
        _ endpoint: EndpointName, idempotencyKey: String, session: SessionContext, deadline: ContinuousClock.Instant
    ) async throws(WakeFailure) -> WokenCompute {
        do throws(ControlPlaneFailure) {
            let answer: WakeAnswer = try await inEitherSpelling {
                [client, outageLimit] (spelling) throws(ControlPlaneFailure) in
                var call = ControlPlaneClient.Call(
                    name: .wakeCompute, path: spelling == .of2025 ? "/wake_compute" : "/proxy_wake_compute",
                    query: Self.query(spelling, endpoint, session), headers: Self.headers(session), deadline: deadline,
                    outageLimit: outageLimit)
                call.headers.append(("idempotency-key", idempotencyKey))
                call.trace = session.trace
                return try await client.answer(to: call, as: WakeAnswer.self)
            }
            guard let woken = answer.woken else {
                throw ControlPlaneFailure(kind: .malformed, detail: "wake_compute: the address is not host:port")
            }
            return woken
        } catch {
            throw error.wakeFailure
        }
    }

    package func accessControl(
        of key: RoleKey, session: SessionContext, patience: Duration?
    ) async throws(LookupFailure) -> EndpointAccess {
        let limit = min(patience ?? Self.accessControlLimit, Self.accessControlLimit)
        let outageLimit = min(limit, self.outageLimit)
        do throws(ControlPlaneFailure) {
            let answer: AccessControlAnswer = try await inEitherSpelling {
                [client] (spelling) throws(ControlPlaneFailure) in
                var call = ControlPlaneClient.Call(
                    name: .accessControl,
                    path: spelling == .of2025 ? "/get_endpoint_access_control" : "/proxy_get_role_secret",
                    query: Self.query(spelling, key.endpoint, session) + [("role", key.role)],
                    headers: Self.headers(session), deadline: .now + limit,
                    attemptLimit: min(Self.accessControlAttemptLimit, limit), outageLimit: outageLimit)
                call.trace = session.trace
                return try await client.answer(to: call, as: AccessControlAnswer.self)
            }
            return try Self.access(answer)
        } catch {
            if error.saysNotFound { return EndpointAccess(.noSecret) }
            throw error.lookupFailure
        }
    }

    // MARK: - Spelling

    private func inEitherSpelling<Answer>(
        _ call: (Spelling) async throws(ControlPlaneFailure) -> Answer
    ) async throws(ControlPlaneFailure) -> Answer {
        if let spelling { return try await call(spelling) }
        if let until = of2023Until.withLock({ $0 }), ContinuousClock.now < until { return try await call(.of2023) }
        do throws(ControlPlaneFailure) {
            return try await call(.of2025)
        } catch {
            // A control plane says no in JSON. A 404 without it is a server that does not know the path.
            guard case .refused(404, _) = error.kind, !error.isInContract else { throw error }
        }
        let answer = try await call(.of2023)
        of2023Until.withLock { $0 = .now + Self.memory }
        return answer
    }

    private static func query(
        _ spelling: Spelling, _ endpoint: EndpointName, _ session: SessionContext
    ) -> [(name: String, value: String)] {
        var query = [(name: "session_id", value: session.id.text)]
        switch spelling {
        case .of2025:
            query.append(("application_name", (session.applicationName ?? "") + "/tcp"))
            query.append(("endpointish", endpoint.text))
        case .of2023:
            if let name = session.applicationName { query.append(("application_name", name)) }
            query.append(("project", endpoint.text))
        }
        return query
    }

    private static func headers(_ session: SessionContext) -> [(name: String, value: String)] {
        [("x-request-id", session.id.text)]
    }

    private static func access(_ answer: AccessControlAnswer) throws(ControlPlaneFailure) -> EndpointAccess {
        EndpointAccess(try role(answer), answer.settings)
    }

    private static func role(_ answer: AccessControlAnswer) throws(ControlPlaneFailure) -> RoleAccess {
        guard !answer.roleSecret.isEmpty else { return .noSecret }
        switch StoredSecret(answer.roleSecret) {
        case .scram(let verifier): return .verifier(verifier)
        case .outdated(let form): return .outdated(form)
        case nil: throw ControlPlaneFailure(kind: .malformed, detail: "the role's secret is no whole verifier")
        }
    }
}
