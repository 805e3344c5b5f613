package import Gossip
package import Logging

/// Wakes endpoints with one request for the whole fleet (design §6): cache, flights, owner, control plane.
package final class WakeCoordinator: Waker {
    /// Between two questions, when what the first one brought has already ended.
    private static let pause: Duration = .milliseconds(100)

    private let table: LocationTable
    private let outbox: FactOutbox
    private let switchboard: WakeSwitchboard
    private let metrics: EdgeMetrics
    private let events: EventHub

    /// - Parameters:
    ///   - outbox: hears of wakes that brought something, and of locations that nobody reached.
    ///   - rate: calls that wake one endpoint. `nil`: no limit.
    ///   - seed: for the jitter of repeated questions.
    package init(
        fleet: FleetView, table: LocationTable, peers: any PeerCalls, controlPlane: any WakeCalls, outbox: FactOutbox,
        configuration: WakeConfiguration, rate: AttemptRate? = nil, seed: UInt64, metrics: EdgeMetrics,
        tracer: Tracer = .off, logger: Logger, events: EventHub = EventHub()
    ) {
        let owned = OwnedWake(
            controlPlane: controlPlane, table: table, outbox: outbox, attempts: AttemptLimiter(rate), metrics: metrics,
            logger: logger, events: events)
        self.events = events
        self.table = table
        self.outbox = outbox
        self.metrics = metrics
        switchboard = WakeSwitchboard(
            configuration, fleet: fleet, table: table, peers: peers, seed: seed, metrics: metrics, tracer: tracer,
            logger: logger, events: events
        ) { endpoint, key, session, deadline in
            await owned.execute(endpoint, key, session: session, deadline: deadline)
        }
    }

    /// Carries flights out until its task is cancelled.
    package func run() async { await switchboard.run() }

    // MARK: - Sessions

    package func location(
        of endpoint: EndpointName, session: SessionContext, deadline: ContinuousClock.Instant
    ) async throws(WakeFailure) -> Located {
        if let location = table.lookUp(endpoint) { return Located(location: location, isCached: true) }
        while true {
            let landing = try await land(at: endpoint, session: session, deadline: deadline)
            guard table.hasEnded(landing.location) else {
                return Located(location: landing.location, isCached: landing.wasKnown)
            }
            // The answer crossed its own end on the way: ask for a later one.
            guard .now + Self.pause < deadline, (try? await Task.sleep(for: Self.pause)) != nil else {
                throw WakeFailure(
                    reason: .temporarilyUnavailable, detail: "\(landing.location.version) has already ended")
            }
        }
    }

    private func land(
        at endpoint: EndpointName, session: SessionContext, deadline: ContinuousClock.Instant
    ) async throws(WakeFailure) -> WakeSwitchboard.Landing {
        do {
            let landing = try await switchboard.land(at: endpoint, session: session, deadline: deadline)
            if landing.hasJoined { metrics.wakeRequest(via: .coalesced, outcome: EdgeMetrics.success) }
            return landing
        } catch {
            if error.reason != .cancelled { metrics.wakeRequest(via: .coalesced, outcome: error.reason.rawValue) }
            throw error
        }
    }

    /// The fleet hears of it as well: one failed dial keeps everybody else from the same one. It is said once, by
    /// whoever found the location still in the cache.
    package func invalidate(_ endpoint: EndpointName, upTo version: FactVersion) {
        guard table.invalidate(endpoint, upTo: version, because: .unreachable) else { return }
        let fact = Fact.endpoint(EndpointFact(endpoint: endpoint, version: version, phase: .unreachable))
        events.publish(.fact(fact, from: .proxy))
        outbox.post(fact)
    }

    // MARK: - Members, agents, gossip

    /// Another member asks.
    package func answer(
        _ call: WakeCall, session: SessionContext, deadline: ContinuousClock.Instant
    ) async -> WakeSwitchboard.Answer {
        await switchboard.answer(call, session: session, deadline: deadline)
    }

    package func flightState(of endpoint: EndpointName) async -> WakeFlightState {
        await switchboard.flightState(of: endpoint)
    }

    /// What a sign of life says.
    package func flightKey(of endpoint: EndpointName) async -> WakeKey? {
        await switchboard.flightKey(of: endpoint)
    }

    /// An agent, here or elsewhere, reported where its compute listens: whoever waits for something this new has it.
    package func learned(_ location: ComputeLocation, from origin: LocationCache.Origin = .agent) async {
        guard table.fill(location, as: .fresh, from: origin) else { return }
        events.publish(.fact(location.fact, from: FleetEvent.FactOrigin(origin)))
        await switchboard.learned(location)
    }

    /// The endpoint's wake that is on its way through this proxy.
    package func flight(of endpoint: EndpointName) async -> FlightLedger.Flight? {
        await switchboard.flight(of: endpoint)
    }

    /// Sessions and members that wait here.
    package var waiterCount: Int {
        get async { await switchboard.waiterCount }
    }

    /// Wakes on their way here: asked of a member, or executed as the owner.
    package var flightCount: Int {
        get async { await switchboard.flightCount }
    }
}
