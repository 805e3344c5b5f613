/// Decides which wakes are started, who waits for which, and who gets what answer. One per process and purpose.
///
/// At most one flight per endpoint is on its way. Whoever asks meanwhile waits for it; what it brings, good or bad, is
/// everybody's. Each asker names the newest generation it has *seen* and found wanting: an answer must be later than
/// that, or come from a flight that had seen as much (facts: “wake, seen 3” is answered by 4, or by “3 is still it”).
package struct WakeFlights<Location: WakeLocation, Failure: WakeRefusal>: Sendable {
    package typealias Outcome = WakeOutcome<Location, Failure>

    /// A flight to start.
    package struct Launch: Equatable, Sendable {
        package var flight: WakeFlightID
        package var endpoint: EndpointName
        package var key: WakeKey
        /// Members to look for the flight at, before it is started here.
        package var suspected: [MemberID]
        /// In whose name.
        package var waiter: WakeWaiterID
        /// When the flight must have ended.
        package var deadline: GossipInstant

        package init(
            flight: WakeFlightID, endpoint: EndpointName, key: WakeKey, suspected: [MemberID], waiter: WakeWaiterID,
            deadline: GossipInstant
        ) {
            self.flight = flight
            self.endpoint = endpoint
            self.key = key
            self.suspected = suspected
            self.waiter = waiter
            self.deadline = deadline
        }
    }

    package enum Action: Equatable, Sendable {
        case launch(Launch)
        case answer([WakeWaiterID], Outcome)
    }

    /// What became of a question.
    package enum Asked: Equatable, Sendable {
        case launched(Launch)
        /// Waits for a flight that was on its way already.
        case joined(WakeFlightID)
        /// Answered out of what the last flight brought a moment ago, or refused.
        case answered(Outcome)
    }

    /// One question. The waiter leaves by itself when its time is up.
    package struct Question: Equatable, Sendable {
        package var endpoint: EndpointName
        package var key: WakeKey
        package var suspected: [MemberID]
        package var deadline: GossipInstant

        package init(
            endpoint: EndpointName, key: WakeKey, suspected: [MemberID] = [], deadline: GossipInstant
        ) {
            self.endpoint = endpoint
            self.key = key
            self.suspected = suspected
            self.deadline = deadline
        }
    }

    /// How long a failure, or a confirmation, is given to newcomers when whoever failed named no other time. So there
    /// is at most one confirmation a second.
    package static var sharingLimit: Duration { .seconds(1) }
    /// Endpoints whose last flight is remembered, at least; at most twice as many.
    package static var memoryLimit: Int { 4096 }

    private struct Waiter {
        var id: WakeWaiterID
        var key: WakeKey
        var deadline: GossipInstant
    }

    private struct Flight {
        var launch: Launch
        /// In order of arrival.
        var waiters: [Waiter]
    }

    /// What the last flight of an endpoint left behind.
    private struct Memory {
        var seen: UInt64
        var nextRound: UInt64
        var outcome: Outcome
        var sharedUntil: GossipInstant
    }

    private let configuration: WakeConfiguration
    private var flights: [EndpointName: Flight] = [:]
    private var endpoints: [WakeFlightID: EndpointName] = [:]
    private var whereabouts: [WakeWaiterID: EndpointName] = [:]
    /// Full ones become the older ones, whose last are forgotten: bounded, and in an order that is no accident.
    private var memories: [EndpointName: Memory] = [:]
    private var olderMemories: [EndpointName: Memory] = [:]
    private var flightCounter: UInt64 = 0

    package init(_ configuration: WakeConfiguration = WakeConfiguration()) {
        self.configuration = configuration
    }

    package var flightCount: Int { flights.count }
    package var waiterCount: Int { whereabouts.count }

    /// The flight of this endpoint that is on its way.
    package func flight(of endpoint: EndpointName) -> Launch? { flights[endpoint]?.launch }

    // MARK: - Inputs

    /// Somebody wants a compute of a generation later than the key's, or to hear that there is none.
    package mutating func asked(by waiter: WakeWaiterID, _ question: Question, now: GossipInstant) -> Asked {
        let endpoint = question.endpoint
        let asker = Waiter(id: waiter, key: question.key, deadline: question.deadline)
        guard whereabouts.count < configuration.waiterCountLimit else { return .answered(.failed(.overloaded)) }
        if flights[endpoint] != nil {
            flights[endpoint]?.waiters.append(asker)
            whereabouts[waiter] = endpoint
            return .joined(flights[endpoint]?.launch.flight ?? WakeFlightID(0))
        }
        if let remembered = shared(for: endpoint, seen: question.key.seen, now: now) { return .answered(remembered) }
        guard flights.count < configuration.flightCountLimit else { return .answered(.failed(.overloaded)) }
        whereabouts[waiter] = endpoint
        return .launched(launch(endpoint, suspected: question.suspected, waiters: [asker], now: now))
    }

    /// A flight has come to its end.
    ///
    /// - Parameter key: under which key it was asked in the end, when somebody knew of later rounds.
    package mutating func settled(
        _ id: WakeFlightID, _ outcome: Outcome, under key: WakeKey? = nil, now: GossipInstant
    ) -> [Action] {
        // A flight nobody knows has been settled before: the second word is not heard.
        guard let endpoint = endpoints.removeValue(forKey: id), var flight = flights.removeValue(forKey: endpoint)
        else { return [] }
        if let key, key.seen == flight.launch.key.seen { flight.launch.key = max(key, flight.launch.key) }
        let outcome = checked(outcome, against: flight.launch)
        remember(outcome, of: flight.launch, now: now)
        var (served, unserved): ([Waiter], [Waiter]) = ([], [])
        for waiter in flight.waiters {
            if isAnswer(outcome, of: flight.launch, to: waiter, now: now) {
                served.append(waiter)
            } else {
                unserved.append(waiter)
            }
        }
        var actions: [Action] = []
        if !served.isEmpty { actions.append(answer(served.map(\.id), outcome)) }
        if !unserved.isEmpty { actions.append(.launch(launch(endpoint, suspected: [], waiters: unserved, now: now))) }
        return actions
    }

    /// A location became known without a flight: an agent reported it, or gossip brought it. The flight goes on; it can
    /// only repeat it.
    package mutating func learned(_ location: Location) -> [Action] {
        guard var flight = flights[location.endpoint] else { return [] }
        let served = flight.waiters.filter { $0.key.seen < location.version.generation }
        guard !served.isEmpty else { return [] }
        flight.waiters.removeAll { $0.key.seen < location.version.generation }
        flights[location.endpoint] = flight
        return [answer(served.map(\.id), .ready(location))]
    }

    /// A waiter has gone, or its deadline has passed. The flight goes on.
    package mutating func left(_ waiter: WakeWaiterID) {
        guard let endpoint = whereabouts.removeValue(forKey: waiter) else { return }
        flights[endpoint]?.waiters.removeAll { $0.id == waiter }
    }

    // MARK: - Flights

    private mutating func launch(
        _ endpoint: EndpointName, suspected: [MemberID], waiters: [Waiter], now: GossipInstant
    ) -> Launch {
        flightCounter += 1
        let id = WakeFlightID(flightCounter)
        var key = waiters.map(\.key).max() ?? WakeKey(seen: 0)
        if let memory = memory(of: endpoint), memory.seen == key.seen { key.round = max(key.round, memory.nextRound) }
        let longest = waiters.map(\.deadline).max() ?? now
        let launch = Launch(
            flight: id, endpoint: endpoint, key: key, suspected: suspected,
            waiter: waiters.first?.id ?? WakeWaiterID(0),
            deadline: min(longest + (.zero - configuration.farewell), now + configuration.flightLimit))
        flights[endpoint] = Flight(launch: launch, waiters: waiters)
        endpoints[id] = endpoint
        return launch
    }

    private mutating func answer(_ waiters: [WakeWaiterID], _ outcome: Outcome) -> Action {
        for waiter in waiters { whereabouts[waiter] = nil }
        return .answer(waiters, outcome)
    }

    /// A flight that failed because the time of its first waiter was up has not failed for those who have more: they
    /// go on, under the same key.
    private func isAnswer(_ outcome: Outcome, of flight: Launch, to waiter: Waiter, now: GossipInstant) -> Bool {
        if case .failed = outcome, now >= flight.deadline, flight.deadline + configuration.farewell < waiter.deadline {
            return false
        }
        return outcome.serves(seen: waiter.key.seen, flightSeen: flight.key.seen)
    }

    /// A location older than what was asked about is no answer, whoever gives it.
    private func checked(_ outcome: Outcome, against flight: Launch) -> Outcome {
        guard case .ready(let location) = outcome, location.version.generation < flight.key.seen else { return outcome }
        return .failed(.outdated(answered: location.version.generation, seen: flight.key.seen))
    }

    // MARK: - Memory

    private mutating func remember(_ outcome: Outcome, of flight: Launch, now: GossipInstant) {
        let sharing: Duration =
            switch outcome {
            // It failed for want of time: others may have more of it.
            case .failed where now >= flight.deadline: .zero
            case .failed(let failure): min(failure.retryAfter ?? Self.sharingLimit, Self.sharingLimit)
            case .ready(let location) where location.version.generation == flight.key.seen: Self.sharingLimit
            // Whoever needs it finds it in the cache, until somebody finds it dead.
            case .ready: .zero
            }
        // A question that got an answer is another question when it is asked again; one that failed may have started
        // something, and is repeated under its own key so that it starts nothing else.
        let nextRound =
            switch outcome {
            case .ready: flight.key.round &+ 1
            case .failed: flight.key.round
            }
        if memories.count >= Self.memoryLimit { (olderMemories, memories) = (memories, [:]) }
        memories[flight.endpoint] = Memory(
            seen: flight.key.seen, nextRound: nextRound, outcome: outcome, sharedUntil: now + sharing)
    }

    private func memory(of endpoint: EndpointName) -> Memory? { memories[endpoint] ?? olderMemories[endpoint] }

    private func shared(for endpoint: EndpointName, seen: UInt64, now: GossipInstant) -> Outcome? {
        guard let memory = memory(of: endpoint), now < memory.sharedUntil else { return nil }
        return memory.outcome.serves(seen: seen, flightSeen: memory.seen) ? memory.outcome : nil
    }
}
