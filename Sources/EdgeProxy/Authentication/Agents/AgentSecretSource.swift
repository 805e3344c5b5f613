internal import GRPCLite
internal import Gossip
internal import Logging
internal import PostgresWire
internal import SidecarAPI

/// Asks the agent of the endpoint's running compute, for fleets in which nobody else knows the roles. `RoleDirectory` in
/// front of it remembers, and asks once for everybody who waits.
struct AgentSecretSource: SecretSource {
    /// From the question to its answer, repetitions included.
    private static let answerLimit: Duration = .seconds(5)
    private static let attemptLimit: Duration = .seconds(2)
    private static let pause: Duration = .milliseconds(50)

    let computes: ComputeBook
    let agents: AgentLinks
    /// Whether this proxy knows what the others know. While it does not, an endpoint it has not heard of may be there.
    let isCurrent: @Sendable () -> Bool
    let logger: Logger

    func accessControl(
        of key: RoleKey, session: SessionContext, patience: Duration?
    ) async throws(LookupFailure) -> EndpointAccess {
        let deadline = ContinuousClock.now + min(patience ?? Self.answerLimit, Self.answerLimit)
        while true {
            switch computes.status(of: key.endpoint) {
            case nil where isCurrent(): return EndpointAccess(.noSecret)
            case nil: throw LookupFailure(reason: .databaseAsleep, detail: "no news of other proxies")
            case .ended(let version): throw LookupFailure(reason: .databaseAsleep, detail: "ended at \(version)")
            case .running(let location):
                if let access = try await ask(location, key, until: deadline) { return access }
            }
            guard ContinuousClock.now + Self.pause < deadline else {
                throw LookupFailure(reason: .databaseAsleep, detail: "the compute's agent does not say")
            }
            guard (try? await Task.sleep(for: Self.pause)) != nil else { throw LookupFailure(reason: .cancelled) }
        }
    }

    /// - Returns: `nil` when it is worth asking again.
    private func ask(
        _ location: ComputeLocation, _ key: RoleKey, until deadline: ContinuousClock.Instant
    ) async throws(LookupFailure) -> EndpointAccess? {
        guard let agent = location.agent else {
            throw LookupFailure(
                reason: .controlPlaneRefused, detail: "the compute's agent does not say where it answers")
        }
        let left = ContinuousClock.now.duration(to: deadline)
        guard left > .zero else { return nil }
        let secret: SecretV1.RoleSecret
        do {
            secret = try await SecretV1.RoleSecretsClient(agents.channel(to: location, at: agent)).get(
                SecretV1.RoleSecretRequest(endpoint: key.endpoint.text, role: key.role),
                options: CallOptions(timeout: min(left, Self.attemptLimit)))
        } catch {
            logger.debug(
                "an agent did not say", metadata: ["ep": "\(key.endpoint)", "agent": "\(agent)", "error": "\(error)"])
            return try Self.verdict(on: error)
        }
        return EndpointAccess(try Self.access(secret.verifier), EndpointSettings())
    }

    private static func verdict(on status: GRPCStatus) throws(LookupFailure) -> EndpointAccess? {
        switch status.code {
        case .unavailable, .deadlineExceeded, .cancelled, .unknown: return nil
        case .resourceExhausted: throw LookupFailure(reason: .rateLimited, detail: "\(status)")
        default:  // Its other words are all a no, whatever a later version may add.
            throw LookupFailure(reason: .controlPlaneRefused, detail: "\(status)")
        }
    }

    private static func access(_ secret: String) throws(LookupFailure) -> RoleAccess {
        guard !secret.isEmpty else { return .noSecret }
        switch StoredSecret(secret) {
        case .scram(let verifier): return .verifier(verifier)
        case .outdated(let form): return .outdated(form)
        case nil: throw LookupFailure(reason: .controlPlaneRefused, detail: "the role's secret is no whole verifier")
        }
    }
}
