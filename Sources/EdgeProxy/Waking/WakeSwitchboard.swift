package import Gossip
package import Logging
internal import Telemetry
internal import Transport

/// Runs the ``WakeDesk``: the one place where waiters wait, members are asked and timers tick. Decides nothing.
///
/// What is asked and executed are children of ``run()``, not of whoever asked, so that no client can cancel what others
/// wait for.
package actor WakeSwitchboard {
    /// One call to the control plane. Must end by `deadline` by itself.
    package typealias Execution =
        @Sendable (
            _ endpoint: EndpointName, _ key: WakeKey, _ session: SessionContext, _ deadline: ContinuousClock.Instant
        ) async -> ComputeWakeOutcome

    /// What somebody who waited is told.
    package enum Answer: Sendable, Equatable {
        case settled(ComputeWakeOutcome)
        case redirected(to: MemberID, unknown: [MemberID])
    }

    package struct Landing: Sendable {
        package var location: ComputeLocation
        /// Out of the cache: somebody else's flight had landed before.
        package var wasKnown: Bool
        package var hasJoined: Bool
    }

    private enum Order: Sendable {
        case ask(WakeAskID, MemberID, WakeCall, deadline: GossipInstant, WakeErrand, AsyncStream<Void>)
        case askState(WakeAskID, MemberID, EndpointName, AsyncStream<Void>)
        case execute(WakeFlightID, EndpointName, WakeKey, deadline: GossipInstant, WakeErrand)
        case tick(GossipInstant)
    }

    private let clock = WakeClock()
    private let fleet: FleetView
    private let table: LocationTable
    private let peers: any PeerCalls
    private let execute: Execution
    private let metrics: EdgeMetrics
    private let spans: WakeSpans
    private let logger: Logger
    private var desk: ComputeWakeDesk
    private var revision: UInt64
    private var waiters: [WakeWaiterID: (endpoint: EndpointName, inbox: AsyncStream<Answer>.Continuation)] = [:]
    private var ledger = FlightLedger()
    private let events: EventHub
    /// Finishing one hangs up.
    private var hangUps: [WakeAskID: AsyncStream<Void>.Continuation] = [:]
    /// When the next tick comes that was ordered.
    private var armed = GossipInstant.never
    /// Bounded by what the desk keeps: one per question, execution and tick.
    private let orders: AsyncStream<Order>
    private let ordering: AsyncStream<Order>.Continuation

    package init(
        _ configuration: WakeConfiguration, fleet: FleetView, table: LocationTable, peers: any PeerCalls, seed: UInt64,
        metrics: EdgeMetrics, tracer: Tracer = .off, logger: Logger, events: EventHub = EventHub(),
        execute: @escaping Execution
    ) {
        self.events = events
        self.fleet = fleet
        self.table = table
        self.peers = peers
        self.execute = execute
        self.metrics = metrics
        spans = WakeSpans(tracer)
        self.logger = logger
        revision = fleet.revision
        desk = ComputeWakeDesk(configuration, view: fleet.wakeView, seed: seed)
        (orders, ordering) = AsyncStream.makeStream(of: Order.self)
    }

    /// Carries out until its task is cancelled; without it everybody waits in vain.
    package func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.followFleet() }
            for await order in orders {
                group.addTask { await self.carryOut(order) }
            }
            group.cancelAll()
        }
    }

    // MARK: - Those who wait

    /// Waits for a location, for a session of this proxy.
    package func land(
        at endpoint: EndpointName, session: SessionContext, deadline: ContinuousClock.Instant
    ) async throws(WakeFailure) -> Landing {
        // Looked at right before a flight is joined or started: nobody starts one for what one has just brought.
        if let known = table.peek(endpoint) { return Landing(location: known, wasKnown: true, hasJoined: true) }
        let hasJoined = desk.isAsking(endpoint)
        let answer = await wait(for: endpoint, session.trace, until: deadline) { waiter in
            .wanted(
                by: waiter, endpoint, seen: table.seenGeneration(of: endpoint), deadline: clock[deadline],
                WakeErrand(session), known: nil)
        }
        guard case .settled(let outcome) = answer else { throw WakeFailure(reason: .temporarilyUnavailable) }
        return Landing(location: try outcome.location(), wasKnown: false, hasJoined: hasJoined)
    }

    /// Waits for the answer to a member's question.
    package func answer(
        _ call: WakeCall, session: SessionContext, deadline: ContinuousClock.Instant
    ) async -> Answer {
        let hasJoined = desk.flightKey(of: call.endpoint) != nil
        let answer = await wait(for: call.endpoint, session.trace, until: deadline) { waiter in
            .called(
                by: waiter, call, deadline: clock[deadline], WakeErrand(session), known: table.peek(call.endpoint),
                floor: table.seenGeneration(of: call.endpoint))
        }
        if hasJoined, case .settled(let outcome) = answer {
            metrics.wakeRequest(via: .coalesced, outcome: outcome.word)
        }
        return answer
    }

    private func wait(
        for endpoint: EndpointName, _ trace: TraceContext?, until deadline: ContinuousClock.Instant,
        _ input: (WakeWaiterID) -> ComputeWakeDesk.Input
    ) async -> Answer {
        followView()
        let waiter = desk.newWaiter()
        spans.waits(waiter, for: endpoint, in: trace)
        defer { spans.left(waiter) }
        let (stream, inbox) = AsyncStream.makeStream(of: Answer.self, bufferingPolicy: .bufferingOldest(1))
        waiters[waiter] = (endpoint, inbox)
        ledger.waiterCame(endpoint)
        handle(input(waiter), about: endpoint)
        let answer = await Self.first(of: stream, before: deadline)
        // Left by itself: nothing came in time, or the task was cancelled.
        if waiters.removeValue(forKey: waiter) != nil {
            ledger.waiterLeft(endpoint)
            handle(.left(waiter), about: endpoint)
        }
        return answer
    }

    private static func first(
        of stream: AsyncStream<Answer>, before deadline: ContinuousClock.Instant
    ) async -> Answer {
        await withTaskGroup(of: Answer?.self) { group in
            group.addTask { await stream.first { _ in true } }
            group.addTask {
                // Cancelled once the other child has an answer.
                try? await Alarm.wait(until: deadline)
                return Task.isCancelled ? nil : .settled(.failed(.outOfTime))
            }
            let answer = await group.next() ?? nil
            group.cancelAll()
            return answer ?? .settled(.failed(WakeFailure(reason: .cancelled)))
        }
    }

    // MARK: - Those who know

    /// An agent's report or gossip brought this location, and the table has taken it.
    package func learned(_ location: ComputeLocation) {
        handle(.learned(location), about: location.endpoint)
    }

    package func flightState(of endpoint: EndpointName) -> WakeFlightState {
        followView()
        return desk.flightState(of: endpoint)
    }

    package func flightKey(of endpoint: EndpointName) -> WakeKey? { desk.flightKey(of: endpoint) }

    /// The wake of this endpoint that is on its way through this proxy.
    package func flight(of endpoint: EndpointName) -> FlightLedger.Flight? { ledger.flight(of: endpoint) }

    package var flightCount: Int { desk.flightCount }
    package var waiterCount: Int { waiters.count }

    private func followFleet() async {
        for await _ in fleet.changes() { followView() }
    }

    private func followView() {
        let current = fleet.revision
        guard current != revision else { return }
        revision = current
        handle(.viewChanged(fleet.wakeView))
    }

    // MARK: - Carrying out

    /// - Parameter endpoint: the only one whose flight this can begin or end; `nil`: it may be any.
    private func handle(_ input: ComputeWakeDesk.Input, about endpoint: EndpointName? = nil) {
        var actions: [ComputeWakeDesk.Action] = []
        desk.handle(input, at: clock.now, into: &actions)
        for action in actions { carryOut(action) }
        for endpoint in endpoint.map({ [$0] }) ?? ledger.open {
            guard !desk.isAsking(endpoint), desk.flightKey(of: endpoint) == nil else { continue }
            guard let (begin, end) = ledger.ended(endpoint, at: .now) else { continue }
            events.publish(.wakeEnded(endpoint, begin, end))
        }
        guard let due = desk.nextDeadline, due < armed else { return }
        armed = due
        ordering.yield(.tick(due))
    }

    private func carryOut(_ action: ComputeWakeDesk.Action) {
        switch action {
        case .answer(let ids, let outcome):
            // All of them wait for the same endpoint.
            if let endpoint = ids.lazy.compactMap({ self.waiters[$0]?.endpoint }).first {
                ledger.settled(endpoint, outcome.word, waiters: ids.count)
            }
            for id in ids { tell(id, .settled(outcome)) }
        case .redirect(let id, let owner, let unknown):
            tell(id, .redirected(to: owner, unknown: unknown))
        case .ask(let id, let member, let call, let deadline, let errand):
            if !call.suspected.isEmpty {
                logger.notice(
                    "asking the next rank",
                    metadata: [
                        "member": "\(member)", "ep": "\(call.endpoint)",
                        "silent": "\(call.suspected.map(\.name).joined(separator: " "))",
                    ])
            }
            began(call.endpoint, call.key, owner: member)
            ordering.yield(.ask(id, member, call, deadline: deadline, errand, newHangUp(for: id)))
        case .askState(let id, let member, let endpoint):
            ordering.yield(.askState(id, member, endpoint, newHangUp(for: id)))
        case .giveUp(let id): hangUps.removeValue(forKey: id)?.finish()
        case .execute(let flight, let endpoint, let key, let deadline, let errand):
            began(endpoint, key, owner: fleet.me)
            ordering.yield(.execute(flight, endpoint, key, deadline: deadline, errand))
        }
    }

    private func began(_ endpoint: EndpointName, _ key: WakeKey, owner: MemberID) {
        let beginning = FleetEvent.WakeBeginning(seenGeneration: key.seen, owner: owner)
        guard ledger.began(endpoint, beginning, at: .now) else { return }
        events.publish(.wakeBegan(endpoint, beginning))
    }

    private func tell(_ id: WakeWaiterID, _ answer: Answer) {
        guard let (endpoint, inbox) = waiters.removeValue(forKey: id) else { return }
        ledger.waiterLeft(endpoint)
        inbox.yield(answer)
        inbox.finish()
    }

    private func newHangUp(for id: WakeAskID) -> AsyncStream<Void> {
        let (stream, hangUp) = AsyncStream.makeStream(of: Void.self)
        hangUps[id] = hangUp
        return stream
    }

    private nonisolated func carryOut(_ order: Order) async {
        switch order {
        case .ask(let id, let member, let call, let deadline, let errand, let hungUp):
            let (errand, asked) = spans.asking(member, errand)
            defer { asked() }
            await Self.until(hungUp) {
                await self.peers.wake(call, for: errand, deadline: self.clock[deadline], at: member) { reply in
                    await self.heard(reply, to: id, asked: call)
                }
            }
            // Without an outcome before, it is lost; after one this is no news.
            await heard(.lost, to: id, asked: call)
        case .askState(let id, let member, let endpoint, let hungUp):
            await Self.until(hungUp) {
                let state = await self.peers.flightState(of: endpoint, at: member)
                await self.heard(state.map { .state($0) } ?? .lost, to: id, asked: nil)
            }
        case .execute(let flight, let endpoint, let key, let deadline, let errand):
            let (session, executed) = spans.executing(endpoint, errand.context)
            let outcome = await execute(endpoint, key, session, clock[deadline])
            executed(outcome)
            metrics.wakeRequest(via: .owner, outcome: outcome.word)
            await self.executed(flight, of: endpoint, outcome)
        case .tick(let due):
            try? await Task.sleep(until: clock[due], clock: .continuous)
            await tick(due)
        }
    }

    private static func until(_ hungUp: AsyncStream<Void>, _ body: @escaping @Sendable () async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await body() }
            group.addTask { for await _ in hungUp {} }
            await group.next()
            group.cancelAll()
        }
    }

    private func heard(_ reply: ComputeWakeReply, to id: WakeAskID, asked call: WakeCall?) {
        switch reply {
        case .beat: break
        case .settled(let outcome):
            guard hangUps.removeValue(forKey: id) != nil else { return }
            metrics.wakeRequest(via: .peer, outcome: outcome.word)
            if let call { ledger.settled(call.endpoint, outcome.word, waiters: 0) }
            if let call, case .ready(let location) = outcome {
                let isConfirmed = location.version.generation == call.key.seen
                if table.fill(location, as: isConfirmed ? .confirmed : .fresh, from: .peer), !isConfirmed {
                    events.publish(.fact(location.fact, from: .peer))
                }
            }
        case .redirected, .state, .lost:
            hangUps[id] = nil
            // What came along with a redirect is known by now.
            followView()
        }
        handle(.heard(id, reply), about: call?.endpoint)
    }

    private func executed(_ flight: WakeFlightID, of endpoint: EndpointName, _ outcome: ComputeWakeOutcome) {
        ledger.settled(endpoint, outcome.word, waiters: 0)
        handle(.executed(flight, outcome), about: endpoint)
    }

    private func tick(_ due: GossipInstant) {
        if due == armed { armed = .never }
        handle(.timePassed)
    }
}
