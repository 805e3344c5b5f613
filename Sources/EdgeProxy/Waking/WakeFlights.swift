package import Gossip

/// Decides which wakes are started, who waits for which, and who gets what answer. One per process and purpose.
///
/// At most one flight per endpoint is on its way. Whoever asks meanwhile waits for it; what it brings, good or bad, is
/// everybody's. Each asker names the newest generation it has *seen* and found wanting: an answer must be later than
/// that, or come from a flight that had seen as much (facts: “wake, seen 3” is answered by 4, or by “3 is still it”).
package struct WakeFlights: Sendable {
    package typealias Instant = ContinuousClock.Instant

    package struct WaiterID: Hashable, Sendable {
        package var number: UInt64

        package init(_ number: UInt64) {
            self.number = number
        }
    }

    package struct FlightID: Hashable, Sendable {
        package var number: UInt64

        package init(_ number: UInt64) {
            self.number = number
        }
    }

    package enum Outcome: Equatable, Sendable {
        case ready(ComputeLocation)
        case failed(WakeFailure)
    }

    /// A flight to start.
    package struct Launch: Equatable, Sendable {
        package var flight: FlightID
        package var endpoint: EndpointName
        package var seen: UInt64
        /// Goes up when the same question is asked on purpose once more; part of the idempotency key.
        package var round: UInt64
        /// In whose name.
        package var waiter: WaiterID

        package init(flight: FlightID, endpoint: EndpointName, seen: UInt64, round: UInt64, waiter: WaiterID) {
            self.flight = flight
            self.endpoint = endpoint
            self.seen = seen
            self.round = round
            self.waiter = waiter
        }
    }

    package enum Action: Equatable, Sendable {
        case launch(Launch)
        case answer([WaiterID], Outcome)
    }

    /// What became of a question.
    package enum Asked: Equatable, Sendable {
        case launched(Launch)
        /// Waits for a flight that was on its way already.
        case joined(FlightID)
        /// Answered out of what the last flight brought a moment ago.
        case answered(Outcome)
    }

    /// How long a failure, or a confirmation, is given to newcomers when whoever failed named no other time.
    package static let sharingLimit: Duration = .seconds(1)
    /// Endpoints whose last flight is remembered; beyond it, the ones past ``memoryLifetime`` are forgotten.
    private static let memoryCountLimit = 4096
    private static let memoryLifetime: Duration = .seconds(600)
    /// How often a flight that ran out of time is followed by another for those who have time left.
    private static let relaunchLimit = 2
    /// Who has less time than this left is not flown for again.
    private static let relaunchMinimum: Duration = .milliseconds(500)

    private struct Flight {
        var id: FlightID
        var seen: UInt64
        var round: UInt64
        /// In order of arrival.
        var waiters: [Waiter]
        /// Flights before this one that ran out of time for the same waiters.
        var relaunches = 0
    }

    private struct Waiter {
        var id: WaiterID
        var seen: UInt64
        /// `nil`: waits for as long as it takes.
        var deadline: Instant?

        func waits(beyond instant: Instant) -> Bool { deadline.map { $0 > instant } ?? true }
    }

    /// What the last flight of an endpoint left behind.
    private struct Memory {
        var seen: UInt64
        var nextRound: UInt64
        var outcome: Outcome
        var sharedUntil: Instant
        var settledAt: Instant
    }

    private var flights: [EndpointName: Flight] = [:]
    private var endpoints: [FlightID: EndpointName] = [:]
    private var whereabouts: [WaiterID: EndpointName] = [:]
    private var memories: [EndpointName: Memory] = [:]
    private var flightCounter: UInt64 = 0

    package init() {}

    package var flightCount: Int { flights.count }
    package var waiterCount: Int { whereabouts.count }

    // MARK: - Inputs

    /// Somebody wants a compute of a generation later than `seen`, or to hear that there is none.
    package mutating func asked(
        by waiter: WaiterID, for endpoint: EndpointName, seen: UInt64, until deadline: Instant? = nil, now: Instant
    ) -> Asked {
        let asker = Waiter(id: waiter, seen: seen, deadline: deadline)
        if var flight = flights[endpoint] {
            flight.waiters.append(asker)
            flights[endpoint] = flight
            whereabouts[waiter] = endpoint
            return .joined(flight.id)
        }
        if let remembered = shared(for: endpoint, seen: seen, now: now) { return .answered(remembered) }
        whereabouts[waiter] = endpoint
        return .launched(launch(for: endpoint, waiters: [asker]))
    }

    /// A flight has come to its end.
    package mutating func settled(_ id: FlightID, _ outcome: Outcome, now: Instant) -> [Action] {
        // A flight nobody knows has been settled before: the second word is not heard.
        guard let endpoint = endpoints.removeValue(forKey: id), let flight = flights.removeValue(forKey: endpoint)
        else { return [] }
        let outcome = checked(outcome, against: flight)
        remember(outcome, of: flight, endpoint: endpoint, now: now)
        if case .failed(let failure) = outcome, failure.reason == .deadlineExceeded {
            return ranOutOfTime(flight, endpoint: endpoint, failure, now: now)
        }
        let served = flight.waiters.filter { outcome.serves(seen: $0.seen, flightSeen: flight.seen) }
        let unserved = flight.waiters.filter { !outcome.serves(seen: $0.seen, flightSeen: flight.seen) }
        var actions: [Action] = []
        if !served.isEmpty { actions.append(answer(served.map(\.id), outcome)) }
        if !unserved.isEmpty { actions.append(.launch(launch(for: endpoint, waiters: unserved))) }
        return actions
    }

    /// A flight's end is its own: it is followed by another for those whose time is not over.
    private mutating func ranOutOfTime(
        _ flight: Flight, endpoint: EndpointName, _ failure: WakeFailure, now: Instant
    ) -> [Action] {
        let isRepeated = flight.relaunches < Self.relaunchLimit
        let patient = flight.waiters.filter { isRepeated && $0.waits(beyond: now + Self.relaunchMinimum) }
        let rest = flight.waiters.filter { !isRepeated || !$0.waits(beyond: now + Self.relaunchMinimum) }
        var actions: [Action] = []
        if !rest.isEmpty { actions.append(answer(rest.map(\.id), .failed(failure))) }
        if !patient.isEmpty {
            actions.append(.launch(launch(for: endpoint, waiters: patient, relaunches: flight.relaunches + 1)))
        }
        return actions
    }

    /// A location became known without a flight: an agent reported it. The flight goes on; it can only repeat it.
    package mutating func learned(_ location: ComputeLocation) -> [Action] {
        guard var flight = flights[location.endpoint] else { return [] }
        let served = flight.waiters.filter { $0.seen < location.version.generation }
        guard !served.isEmpty else { return [] }
        flight.waiters.removeAll { $0.seen < location.version.generation }
        flights[location.endpoint] = flight
        return [answer(served.map(\.id), .ready(location))]
    }

    /// A waiter has gone, or its deadline has passed. The flight goes on.
    package mutating func left(_ waiter: WaiterID) {
        guard let endpoint = whereabouts.removeValue(forKey: waiter) else { return }
        flights[endpoint]?.waiters.removeAll { $0.id == waiter }
    }

    // MARK: - Flights

    private mutating func launch(for endpoint: EndpointName, waiters: [Waiter], relaunches: Int = 0) -> Launch {
        flightCounter += 1
        let id = FlightID(flightCounter)
        let seen = waiters.map(\.seen).max() ?? 0
        let memory = memories[endpoint]
        let round = memory?.seen == seen ? memory?.nextRound ?? 0 : 0
        flights[endpoint] = Flight(id: id, seen: seen, round: round, waiters: waiters, relaunches: relaunches)
        endpoints[id] = endpoint
        return Launch(
            flight: id, endpoint: endpoint, seen: seen, round: round, waiter: Self.longest(waiters)?.id ?? WaiterID(0))
    }

    /// Who waits longest; of equals the first.
    private static func longest(_ waiters: [Waiter]) -> Waiter? {
        waiters.reduce(nil as Waiter?) { longest, waiter in
            guard let end = longest?.deadline else { return longest ?? waiter }
            return waiter.waits(beyond: end) ? waiter : longest
        }
    }

    private mutating func answer(_ waiters: [WaiterID], _ outcome: Outcome) -> Action {
        for waiter in waiters { whereabouts[waiter] = nil }
        return .answer(waiters, outcome)
    }

    /// A location older than what was asked about is no answer, whoever gives it.
    private func checked(_ outcome: Outcome, against flight: Flight) -> Outcome {
        guard case .ready(let location) = outcome, location.version.generation < flight.seen else { return outcome }
        return .failed(
            WakeFailure(
                reason: .temporarilyUnavailable,
                detail: "answered with generation \(location.version.generation), seen was \(flight.seen)"))
    }

    // MARK: - Memory

    private mutating func remember(_ outcome: Outcome, of flight: Flight, endpoint: EndpointName, now: Instant) {
        let sharing: Duration =
            switch outcome {
            // Somebody else's time that is over is no news to those who have just come.
            case .failed(let failure) where failure.reason == .deadlineExceeded: .zero
            case .failed(let failure): min(failure.retryAfter ?? Self.sharingLimit, Self.sharingLimit)
            case .ready(let location) where location.version.generation == flight.seen: Self.sharingLimit
            // Whoever needs it finds it in the cache, until somebody finds it dead.
            case .ready: .zero
            }
        // A question that got an answer is another question when it is asked again; one that failed may have started
        // something, and is repeated under its own key so that it starts nothing else.
        let nextRound =
            switch outcome {
            case .ready: flight.round + 1
            case .failed: flight.round
            }
        if memories.count >= Self.memoryCountLimit {
            memories = memories.filter { now - $0.value.settledAt < Self.memoryLifetime }
        }
        memories[endpoint] = Memory(
            seen: flight.seen, nextRound: nextRound, outcome: outcome, sharedUntil: now + sharing, settledAt: now)
    }

    private func shared(for endpoint: EndpointName, seen: UInt64, now: Instant) -> Outcome? {
        guard let memory = memories[endpoint], now < memory.sharedUntil else { return nil }
        guard memory.outcome.serves(seen: seen, flightSeen: memory.seen) else { return nil }
        return memory.outcome
    }
}

extension WakeFlights.Outcome {
    /// Whether this outcome of a flight that had seen `flightSeen` is an answer for somebody who has seen `seen`.
    fileprivate func serves(seen: UInt64, flightSeen: UInt64) -> Bool {
        switch self {
        case .failed: true
        case .ready(let location): location.version.generation > seen || flightSeen >= seen
        }
    }
}
