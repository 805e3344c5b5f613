internal import Gossip
internal import Logging
internal import SidecarAPI

/// Keeps what proves an endpoint's roles in its Secret as its running database has it: carries out what ``RoleCopyCore``
/// decides.
actor RoleCopier {
    private let endpoint: EndpointName
    private let cluster: any ClusterCalls
    private let agents: any AgentRoles
    private let notices: FleetNotices?
    private let log: Logger
    private var core = RoleCopyCore()
    /// Its name.
    private var secret = ""
    private var isClosed = false

    /// - Parameter notices: tell the proxies what was copied.
    init(
        _ endpoint: EndpointName, cluster: any ClusterCalls, agents: any AgentRoles, notices: FleetNotices?, log: Logger
    ) {
        self.notices = notices
        self.endpoint = endpoint
        self.cluster = cluster
        self.agents = agents
        self.log = log
    }

    /// The agent of the newest generation said this.
    func heard(_ transition: ReportV1.Transition, into secret: String) {
        self.secret = secret
        guard transition.state == .running else { return core.ended() }
        perform(
            core.reported(
                .init(
                    computeID: transition.computeID, address: transition.agentAddress,
                    revision: transition.roleSecretsRevision)))
    }

    func close() { isClosed = true }

    private func perform(_ action: RoleCopyCore.Action?) {
        guard !isClosed else { return }
        switch action {
        case nil: return
        case .copy(let source): call { copier in await copier.copy(source) }
        case .pause(let pause):
            var dice = SystemRandomNumberGenerator()
            let delay = pause.duration(using: &dice)
            call { copier in
                // The back-off that the core decided on; what comes after it is of no use to a closed endpoint.
                try? await Task.sleep(for: delay)
                await copier.goOn()
            }
        }
    }

    private func goOn() { perform(core.pauseEnded()) }

    private func call(_ body: @escaping @Sendable (RoleCopier) async -> Void) {
        // Of no asker: an agent's report is acknowledged meanwhile. Bounded by the calls' own limits.
        Task { await body(self) }
    }

    /// The Secret is read first: a copy of an earlier state, by whichever control plane, is then refused.
    private func copy(_ source: RoleCopyCore.Source) async {
        let secret = secret
        do {
            var known: SecretObject?
            do throws(ClusterFailure) {
                known = try await cluster.secret(secret)
            } catch {
                guard error.reason == .notFound else { throw error }
            }
            let roles = try await agents.roles(of: endpoint, computeID: source.computeID, at: source.address)
            if known.map({ EndpointSecrets($0).isSame(as: roles) }) != true {
                try await cluster.setSecret(
                    secret, key: EndpointSecrets.rolesKey, to: try EndpointSecrets.rolesText(roles),
                    resourceVersion: known?.metadata.resourceVersion)
                log.info("what proves roles was copied", metadata: ["ep": "\(endpoint)", "roles": "\(roles.count)"])
                // A proxy that asked before the copy was there remembers what was there.
                await notices?.changed(endpoint)
            }
            perform(core.copied(source))
        } catch {
            log.warning("what proves roles was not copied", metadata: ["ep": "\(endpoint)", "error": "\(error)"])
            perform(core.failed())
        }
    }
}
