internal import Gossip
package import Logging
package import NIOCore
package import PostgresWire
package import TLSEngine
internal import Transport

/// Serves cancel requests: finds out whom to tell, tells it, and holds the client until that has acted.
package struct CancelDesk: Sendable {
    /// From the client's request to the end of its connection.
    package static let limit: Duration = .seconds(10)

    let registry: CancelRegistry
    private let peers: any CancelPeers
    private let rules: CancelRules
    private let gate: CancelGate
    /// For computes that have a server name.
    private let tls: TLSContext?
    private let announcement: ClientAnnouncement
    private let metrics: EdgeMetrics
    private var logger: Logger

    package init(
        registry: CancelRegistry, peers: any CancelPeers, rules: CancelRules, gate: CancelGate, tls: TLSContext?,
        announcement: ClientAnnouncement = .none, metrics: EdgeMetrics, logger: Logger
    ) {
        self.registry = registry
        self.peers = peers
        self.rules = rules
        self.gate = gate
        self.tls = tls
        self.announcement = announcement
        self.metrics = metrics
        self.logger = logger
    }

    /// Sessions that have a key.
    package var sessionCount: Int { registry.count }

    /// The same desk, for a session with a log of its own.
    func logging(to logger: Logger) -> CancelDesk {
        var desk = self
        desk.logger = logger
        return desk
    }

    /// A client's request. Returns when the compute has closed its side. The client waits for its own socket to close,
    /// so closing it then and not before keeps a late cancel from hitting the next query. By the protocol nothing is
    /// answered.
    package func serve(_ request: CancelRequest, from origin: ClientOrigin, on loop: any EventLoop) async {
        let deadline = ContinuousClock.now + Self.limit
        guard let admission = gate.enter(from: origin, now: .now) else {
            metrics.cancellationRequest(.rateLimitExceeded)
            logger.info("too many cancel requests", metadata: ["address": "\(origin.address?.description ?? "?")"])
            return
        }
        let outcome = await carryOut(plan(for: request.key), request.key, origin, on: loop, deadline: deadline)
        metrics.cancellationRequest(outcome == .notFound ? .notFound : .found)
        if outcome == .notFound { logger.info("query cancellation key not found") }
        _ = consume admission
    }

    /// Another proxy's request, for a session that it takes to be ours. Never passed on.
    package func serveForPeer(
        _ key: CancelKey, from origin: ClientOrigin, on loop: any EventLoop, deadline: ContinuousClock.Instant
    ) async -> CancelOutcome {
        guard let admission = gate.enterForPeer() else { return .failed }
        let outcome: CancelOutcome
        if let grant = registry.grant(for: key) {
            let deadline = min(deadline, .now + Self.limit)
            outcome = await act(on: grant, .forPeer, from: origin, on: loop, deadline: deadline)
        } else {
            outcome = .notFound
            metrics.cancellation(.forPeer, outcome)
        }
        _ = consume admission
        return outcome
    }

    /// Stops whatever the session's compute is doing for it: the session itself has ended.
    func cancel(_ grant: CancelGrant, from origin: ClientOrigin, on loop: any EventLoop) async {
        _ = await tell(grant, from: origin, on: loop, deadline: .now + Self.limit)
    }

    // MARK: - Deciding

    private func plan(for key: CancelKey) -> CancelPlan {
        guard let (owner, _) = CancelKeyCodec.parts(of: key) else { return .unknown }
        return CancelPlan(
            own: registry.grant(for: key), token: registry.grant(in: key), owners: peers.members(named: owner))
    }

    private func carryOut(
        _ plan: CancelPlan, _ key: CancelKey, _ origin: ClientOrigin, on loop: any EventLoop,
        deadline: ContinuousClock.Instant
    ) async -> CancelOutcome {
        switch plan {
        case .act(let grant, let path):
            return await act(on: grant, path, from: origin, on: loop, deadline: deadline)
        case .ask(let members):
            let outcome = await askWithinRoom(members, key, origin, deadline: deadline)
            metrics.cancellation(.peer, outcome)
            return outcome
        case .unknown:
            return .notFound
        }
    }

    // MARK: - Carrying out

    private func act(
        on grant: CancelGrant, _ path: CancelPath, from origin: ClientOrigin, on loop: any EventLoop,
        deadline: ContinuousClock.Instant
    ) async -> CancelOutcome {
        let outcome: CancelOutcome
        if rules.hasEnded(grant.endpoint, grant.version) {
            outcome = .notFound
        } else if await rules.allows(origin, grant.endpoint) {
            outcome = await tell(grant, from: origin, on: loop, deadline: deadline)
        } else {
            outcome = .refused
            logger.info("a cancel request from where the endpoint's rules let nobody in", metadata: Self.facts(grant))
        }
        metrics.cancellation(path, outcome)
        return outcome
    }

    private func tell(
        _ grant: CancelGrant, from origin: ClientOrigin, on loop: any EventLoop, deadline: ContinuousClock.Instant
    ) async -> CancelOutcome {
        let outcome = await PostgresCancel.send(
            CancelRequest(key: grant.computeKey), to: grant.target, context: tls, on: loop, deadline: deadline,
            opening: { announcement.header(of: origin, on: $0) })
        guard case .failed(let reason) = outcome else { return .done }
        var facts = Self.facts(grant)
        facts["reason"] = "\(reason)"
        logger.info("cancel did not reach the compute", metadata: facts)
        return .failed
    }

    private func askWithinRoom(
        _ members: [MemberID], _ key: CancelKey, _ origin: ClientOrigin, deadline: ContinuousClock.Instant
    ) async -> CancelOutcome {
        guard let admission = gate.enterToPeers() else { return .failed }
        let outcome = await ask(members, key, origin, deadline: deadline)
        _ = consume admission
        return outcome
    }

    /// Side by side, as there is seldom more than one: the first that has the session settles it.
    private func ask(
        _ members: [MemberID], _ key: CancelKey, _ origin: ClientOrigin, deadline: ContinuousClock.Instant
    ) async -> CancelOutcome {
        await withTaskGroup(of: CancelOutcome.self) { group in
            for member in members {
                group.addTask { await peers.cancel(key, from: origin, at: member, deadline: deadline) }
            }
            defer { group.cancelAll() }
            var outcome = CancelOutcome.notFound
            for await answer in group {
                switch answer {
                case .done, .refused: return answer
                case .failed: outcome = .failed
                case .notFound: break
                }
            }
            return outcome
        }
    }

    private static func facts(_ grant: CancelGrant) -> Logger.Metadata {
        ["ep": "\(grant.endpoint)", "version": "\(grant.version)"]
    }
}
