package import Gossip
package import Logging
internal import Synchronization

/// What an owner does for one flight: one call to the control plane, and its answer into the table.
package final class OwnedWake: Sendable {
    /// Between two calls, when the compute that the first one brought has already ended.
    private static let pause: Duration = .milliseconds(100)

    private let controlPlane: any WakeCalls
    private let table: LocationTable
    private let outbox: FactOutbox
    private let numbering = Mutex(GenerationNumbering())
    private let attempts: AttemptLimiter<EndpointName>
    private let metrics: EdgeMetrics
    private let logger: Logger
    private let events: EventHub

    /// - Parameter attempts: how often the control plane is asked to wake one endpoint.
    package init(
        controlPlane: any WakeCalls, table: LocationTable, outbox: FactOutbox, attempts: AttemptLimiter<EndpointName>,
        metrics: EdgeMetrics, logger: Logger, events: EventHub
    ) {
        self.attempts = attempts
        self.metrics = metrics
        self.events = events
        self.controlPlane = controlPlane
        self.table = table
        self.outbox = outbox
        self.logger = logger
    }

    package func execute(
        _ endpoint: EndpointName, _ key: WakeKey, session: SessionContext, deadline: ContinuousClock.Instant
    ) async -> ComputeWakeOutcome {
        var key = key
        while true {
            if let wait = attempts.take(endpoint) {
                metrics.limitReached(.wakeRate)
                return .failed(
                    WakeFailure(
                        reason: .rateLimited, hint: Refusals.tryAgain(after: wait), retryAfter: wait,
                        detail: "wakes of an endpoint"))
            }
            let location: ComputeLocation
            let isNumbered: Bool
            do {
                let woken = try await controlPlane.wakeCompute(
                    endpoint, idempotencyKey: key.text(for: endpoint), session: session, deadline: deadline)
                location = place(woken, endpoint: endpoint, seen: key.seen)
                isNumbered = woken.generation != nil
            } catch {
                logger.warning(
                    "a wake failed",
                    metadata: ["ep": "\(endpoint)", "reason": "\(error.reason.rawValue)", "detail": "\(error.detail)"])
                return .failed(error)
            }
            let isConfirmed = location.version.generation == key.seen
            let isNews = table.fill(location, as: isConfirmed ? .confirmed : .fresh) && !isConfirmed
            // A number of this process's own says nothing to others.
            if isNews, isNumbered { outbox.post(location.fact) }
            if isNews { events.publish(.fact(location.fact, from: .controlPlane)) }
            guard table.hasEnded(location) else { return .ready(location) }
            // Its agent has said meanwhile that it is gone: ask for a later one.
            guard ContinuousClock.now + Self.pause < deadline, (try? await Task.sleep(for: Self.pause)) != nil else {
                return .failed(
                    WakeFailure(reason: .temporarilyUnavailable, detail: "\(location.version) has already ended"))
            }
            let newest = table.seenGeneration(of: endpoint)
            key = WakeKey(seen: newest, round: newest == key.seen ? key.round + 1 : 0)
        }
    }

    private func place(_ woken: WokenCompute, endpoint: EndpointName, seen: UInt64) -> ComputeLocation {
        let address = NetworkAddress(host: woken.host, port: woken.port).text
        let generation =
            woken.generation
            ?? numbering.withLock { $0.generation(of: endpoint, at: address, seen: seen, now: .now) }
        return ComputeLocation(
            endpoint: endpoint, version: FactVersion(generation: generation, sequence: 0), host: woken.host,
            port: woken.port, serverName: woken.serverName, computeID: woken.computeID,
            coldStartInfo: woken.coldStartInfo)
    }
}
