/// All of a member's part in waking, without a socket: the questions of its own sessions, those of other members, and
/// what is asked of whom because of them (facts: gossip §4).
///
/// Two sets of flights. *Asking* coalesces this process's sessions into one question per endpoint, which a ``WakeWalk``
/// takes to the owner. *Owning* coalesces everybody's questions, members' and this process's own, into one call to the
/// control plane for the endpoints that are this member's; a flagged one goes through a ``WakeTakeover`` first. The
/// shell of `EdgeProxy` and the simulation drive the very same value.
package struct WakeDesk<Location: WakeLocation, Failure: WakeRefusal>: Sendable {
    package typealias Outcome = WakeOutcome<Location, Failure>
    package typealias Flights = WakeFlights<Location, Failure>
    package typealias Walk = WakeWalk<Location, Failure>
    package typealias Takeover = WakeTakeover<Location, Failure>

    package enum Input: Sendable {
        /// A session needs a compute: `known`, if the cache has one by now, or one of a generation later than `seen`.
        case wanted(by: WakeWaiterID, EndpointName, seen: UInt64, deadline: GossipInstant, WakeErrand, known: Location?)
        /// A member calls. `floor`: the newest generation this member knows to be of no use.
        case called(
            by: WakeWaiterID, WakeCall, deadline: GossipInstant, WakeErrand, known: Location?, floor: UInt64)
        /// The session or the call is gone, or its time is up.
        case left(WakeWaiterID)
        case heard(WakeAskID, WakeReply<Location, Failure>)
        /// The call to the control plane has ended.
        case executed(WakeFlightID, Outcome)
        /// An agent's report or gossip brought a location.
        case learned(Location)
        case viewChanged(WakeView)
        /// At or after ``nextDeadline``.
        case timePassed
    }

    package enum Action: Equatable, Sendable {
        case answer([WakeWaiterID], Outcome)
        /// Tell the caller who owns the endpoint, with the cards of the members it seems not to know.
        case redirect(WakeWaiterID, to: MemberID, unknown: [MemberID])
        /// Put the question to the member, and report everything it says, until it is settled or given up.
        case ask(WakeAskID, MemberID, WakeCall, deadline: GossipInstant, WakeErrand)
        case askState(WakeAskID, MemberID, EndpointName)
        /// Nothing more is expected of this question.
        case giveUp(WakeAskID)
        /// Call the control plane, under this key, in nobody's task.
        case execute(WakeFlightID, EndpointName, WakeKey, deadline: GossipInstant, WakeErrand)
    }

    /// Who put a question to a member, and hears what becomes of it.
    enum Asker: Hashable, Sendable {
        case walk(WakeFlightID)
        case takeover(WakeFlightID)
        case probe(WakeFlightID)
    }

    struct Ask: Sendable {
        var asker: Asker
        var member: MemberID
    }

    struct Walking: Sendable {
        var walk: Walk
        var launch: Flights.Launch
        var errand: WakeErrand
        /// As what it waits for this member's own flight.
        var waiter: WakeWaiterID?
    }

    struct Owned: Sendable {
        var takeover: Takeover
        var launch: Flights.Launch
        var errand: WakeErrand
    }

    let configuration: WakeConfiguration
    var view: WakeView
    var dice: GossipDice
    var hedging: WakeHedging
    var asking: Flights
    var owning: Flights
    var walks: [WakeFlightID: Walking] = [:]
    var owned: [WakeFlightID: Owned] = [:]
    var asks: [WakeAskID: Ask] = [:]
    /// In order of asking.
    var asksOf: [Asker: [WakeAskID]] = [:]
    var timers = WakeTimers()
    private var errands: [WakeWaiterID: WakeErrand] = [:]
    /// Which walk an owning flight's waiter stands for.
    private var walkers: [WakeWaiterID: WakeFlightID] = [:]
    private var waiterCounter: UInt64 = 0
    private var askCounter: UInt64 = 0

    /// - Parameter seed: for the jitter of repeated questions.
    package init(_ configuration: WakeConfiguration = WakeConfiguration(), view: WakeView, seed: UInt64) {
        self.configuration = configuration
        self.view = view
        dice = GossipDice(seed: seed)
        hedging = WakeHedging(configuration)
        asking = Flights(configuration)
        owning = Flights(configuration)
    }

    /// Names the next session or call that waits.
    package mutating func newWaiter() -> WakeWaiterID {
        waiterCounter += 1
        return WakeWaiterID(waiterCounter)
    }

    mutating func newAsk(_ asker: Asker, of member: MemberID) -> WakeAskID {
        askCounter += 1
        let id = WakeAskID(askCounter)
        asks[id] = Ask(asker: asker, member: member)
        asksOf[asker, default: []].append(id)
        return id
    }

    // MARK: - Looking

    /// Flights on their way: asked of a member, or executed here.
    package var flightCount: Int { asking.flightCount + owning.flightCount }
    /// Whether sessions of this process wait for this endpoint.
    package func isAsking(_ endpoint: EndpointName) -> Bool { asking.flight(of: endpoint) != nil }
    /// Sessions and calls that wait.
    package var waiterCount: Int { errands.count }
    /// Of members, and not yet answered.
    package var askCount: Int { asks.count }
    /// When ``Input/timePassed`` is due. `nil`: not before another input.
    package var nextDeadline: GossipInstant? { timers.first }

    /// What a member is told that asks how this endpoint's flight goes.
    package func flightState(of endpoint: EndpointName) -> WakeFlightState {
        if let key = flightKey(of: endpoint) { return .underWay(key) }
        return view.isDraining ? .draining : .idle
    }

    /// What a sign of life says: under which key the endpoint's flight is under way here.
    package func flightKey(of endpoint: EndpointName) -> WakeKey? {
        guard let launch = owning.flight(of: endpoint) else { return nil }
        return max(launch.key, owned[launch.flight]?.takeover.key ?? launch.key)
    }

    // MARK: - Inputs

    package mutating func handle(_ input: Input, at now: GossipInstant, into actions: inout [Action]) {
        switch input {
        case .wanted(let waiter, let endpoint, let seen, let deadline, let errand, let known):
            wanted(by: waiter, endpoint, seen, deadline, errand, known: known, at: now, into: &actions)
        case .called(let waiter, let call, let deadline, let errand, let known, let floor):
            called(by: waiter, call, deadline, errand, known: known, floor: floor, at: now, into: &actions)
        case .left(let waiter):
            asking.left(waiter)
            owning.left(waiter)
            errands[waiter] = nil
        case .heard(let ask, let reply):
            heard(reply, to: ask, at: now, into: &actions)
        case .executed(let flight, let outcome):
            drive(takeover: flight, .executed(outcome), at: now, into: &actions)
        case .learned(let location):
            learned(location, at: now, into: &actions)
        case .viewChanged(let view):
            self.view = view
            for flight in walks.keys.sorted() { drive(walk: flight, .membersChanged(view), at: now, into: &actions) }
        case .timePassed:
            for timer in timers.takeDue(at: now) {
                switch timer {
                case .walk(let flight): drive(walk: flight, .timePassed, at: now, into: &actions)
                case .takeover(let flight): drive(takeover: flight, .timePassed, at: now, into: &actions)
                }
            }
        }
    }

    private mutating func wanted(
        by waiter: WakeWaiterID, _ endpoint: EndpointName, _ seen: UInt64, _ deadline: GossipInstant,
        _ errand: WakeErrand, known: Location?, at now: GossipInstant, into actions: inout [Action]
    ) {
        if let known { return actions.append(.answer([waiter], .ready(known))) }
        let question = Flights.Question(endpoint: endpoint, key: WakeKey(seen: seen), deadline: deadline)
        errands[waiter] = errand
        switch asking.asked(by: waiter, question, now: now) {
        case .answered(let outcome): carryOut([.answer([waiter], outcome)], at: now, into: &actions)
        case .joined: return
        case .launched(let launch): startWalk(launch, at: now, into: &actions)
        }
    }

    private mutating func called(
        by waiter: WakeWaiterID, _ call: WakeCall, _ deadline: GossipInstant, _ errand: WakeErrand, known: Location?,
        floor: UInt64, at now: GossipInstant, into actions: inout [Action]
    ) {
        if let known, known.version.generation > call.key.seen {
            return actions.append(.answer([waiter], .ready(known)))
        }
        let canAnswer = owning.flight(of: call.endpoint) != nil
        switch WakeReception.verdict(on: call, view: view, canAnswer: canAnswer) {
        case .redirect(let owner, let unknown):
            actions.append(.redirect(waiter, to: owner, unknown: unknown))
        case .answer(let predecessors):
            errands[waiter] = errand
            let key = max(call.key, WakeKey(seen: floor))
            own(
                waiter,
                Flights.Question(endpoint: call.endpoint, key: key, suspected: predecessors, deadline: deadline),
                at: now, into: &actions)
        }
    }

    private mutating func learned(_ location: Location, at now: GossipInstant, into actions: inout [Action]) {
        carryOut(asking.learned(location), at: now, into: &actions)
        carryOwned(owning.learned(location), at: now, into: &actions)
        // Nobody needs to be asked for what is here already.
        if let launch = asking.flight(of: location.endpoint), launch.key.seen < location.version.generation {
            endWalk(launch.flight, .ready(location), under: nil, at: now, into: &actions)
        }
        if let launch = owning.flight(of: location.endpoint), launch.key.seen < location.version.generation,
            owned[launch.flight]?.takeover.isExecuting == false
        {
            endOwned(launch.flight, .ready(location), at: now, into: &actions)
        }
    }

    // MARK: - Flights

    /// Joins or starts this member's own flight.
    mutating func own(
        _ waiter: WakeWaiterID, _ question: Flights.Question, at now: GossipInstant, into actions: inout [Action]
    ) {
        switch owning.asked(by: waiter, question, now: now) {
        case .answered(let outcome): carryOwned([.answer([waiter], outcome)], at: now, into: &actions)
        case .joined: return
        case .launched(let launch): startOwned(launch, at: now, into: &actions)
        }
    }

    mutating func newWalker(for flight: WakeFlightID, _ errand: WakeErrand) -> WakeWaiterID {
        let waiter = newWaiter()
        walkers[waiter] = flight
        errands[waiter] = errand
        return waiter
    }

    mutating func drop(walker: WakeWaiterID) {
        owning.left(walker)
        walkers[walker] = nil
        errands[walker] = nil
    }

    func errand(of waiter: WakeWaiterID) -> WakeErrand { errands[waiter] ?? WakeErrand(session: "") }

    /// What the asking flights decided.
    mutating func carryOut(_ decided: [Flights.Action], at now: GossipInstant, into actions: inout [Action]) {
        for action in decided {
            switch action {
            case .launch(let launch): startWalk(launch, at: now, into: &actions)
            case .answer(let waiters, let outcome):
                for waiter in waiters { errands[waiter] = nil }
                actions.append(.answer(waiters, outcome))
            }
        }
    }

    /// What the owning flights decided. Some of their waiters are walks of this member's own.
    mutating func carryOwned(_ decided: [Flights.Action], at now: GossipInstant, into actions: inout [Action]) {
        for action in decided {
            switch action {
            case .launch(let launch): startOwned(launch, at: now, into: &actions)
            case .answer(let waiters, let outcome):
                let callers = waiters.filter { walkers[$0] == nil }
                for waiter in waiters { errands[waiter] = nil }
                if !callers.isEmpty { actions.append(.answer(callers, outcome)) }
                for waiter in waiters {
                    guard let flight = walkers.removeValue(forKey: waiter) else { continue }
                    walks[flight]?.waiter = nil
                    drive(walk: flight, .executed(outcome), at: now, into: &actions)
                }
            }
        }
    }
}
