import Gossip

/// A fleet's wakes in one thread, on virtual time: desks, the links between them, and a control plane.
struct WakeFleet {
    typealias Desk = WakeDesk<TestLocation, TestRefusal>

    struct Answer: Equatable {
        var member: MemberID
        var outcome: WakeOutcome<TestLocation, TestRefusal>
        var at: GossipInstant
    }

    /// One call that reached the control plane.
    struct PlaneCall: Equatable {
        var by: MemberID
        var key: String
        var at: GossipInstant
    }

    private enum Event {
        case input(MemberID, Desk.Input)
        /// The same, over a link: lost when the link is cut by then.
        case crossing(from: MemberID, to: MemberID, Desk.Input)
        case callArrived(CallID, WakeCall, deadline: GossipInstant)
        case stateAsked(CallID, EndpointName)
        case beat(CallID, EndpointName)
        case planeAnswers(MemberID, WakeFlightID, EndpointName, WakeKey)
        case wakeUp(MemberID)
        case kill(MemberID)
        case pause(MemberID, until: GossipInstant)
        case sessions(MemberID, count: Int, seen: UInt64)
        case view(MemberID, WakeView)
    }

    /// A question one member has put to another.
    struct CallID: Hashable {
        var asker: MemberID
        var ask: WakeAskID
        var asked: MemberID
    }

    private struct Scheduled {
        var at: GossipInstant
        var order: Int
        var event: Event
    }

    let demo: EndpointName
    let ids: [MemberID]
    var desks: [MemberID: Desk] = [:]
    /// Locations each member knows.
    private var known: [MemberID: TestLocation] = [:]
    private var isDead: Set<MemberID> = []
    private var pausedUntil: [MemberID: GossipInstant] = [:]
    /// From whom to whom nothing comes through.
    var cut: Set<[MemberID]> = []
    /// Who waits at an asked member, and for which question.
    private var callers: [MemberID: [WakeWaiterID: CallID]] = [:]
    private var waiting: [CallID: WakeWaiterID] = [:]
    private var sessions: [MemberID: Set<WakeWaiterID>] = [:]
    private var nextWakeUp: [MemberID: GossipInstant] = [:]
    private var schedule: [Scheduled] = []
    private var counter = 0
    private var dice: TestDice
    var now = GossipInstant(nanoseconds: 1_000_000_000_000)
    var start: GossipInstant
    var configuration = WakeConfiguration()
    /// How long the control plane takes.
    var planeTime: Duration = .seconds(2)
    /// The members that a member gives as known when it redirects.
    private(set) var redirects: [(by: MemberID, to: MemberID, unknown: [MemberID])] = []
    private(set) var planeCalls: [PlaneCall] = []
    /// By key: an idempotent control plane starts once for each.
    private(set) var starts: [String: UInt64] = [:]
    private(set) var answers: [Answer] = []
    private(set) var sessionCount = 0
    var isLogging = false
    private(set) var log: [String] = []

    init(members: Int, seed: UInt64, configuration: WakeConfiguration = WakeConfiguration()) {
        guard let demo = EndpointName("demo") else { fatalError("demo is a name") }
        self.demo = demo
        self.configuration = configuration
        dice = TestDice(state: seed)
        ids = Rendezvous.ranked((0..<members).map { MemberID("proxy-\($0)") }, for: demo)
        start = now
        for id in ids { desks[id] = Desk(configuration, view: agreedView(of: id), seed: dice.next()) }
    }

    /// In order of rank: `ids[0]` owns.
    func agreedView(of id: MemberID, without gone: [MemberID] = []) -> WakeView {
        WakeView(me: id, members: ids.filter { !gone.contains($0) }.map { WakeView.Member(id: $0) })
    }

    // MARK: - What a test schedules

    mutating func sessions(_ count: Int, at member: MemberID, after delay: Duration = .zero, seen: UInt64 = 0) {
        at(start + delay, .sessions(member, count: count, seen: seen))
    }

    mutating func kill(_ member: MemberID, after delay: Duration) { at(start + delay, .kill(member)) }

    mutating func pause(_ member: MemberID, after delay: Duration, for time: Duration) {
        at(start + delay, .pause(member, until: start + delay + time))
    }

    mutating func view(_ view: WakeView, after delay: Duration) { at(start + delay, .view(view.me, view)) }

    mutating func learned(_ location: TestLocation, at member: MemberID, after delay: Duration) {
        at(start + delay, .input(member, .learned(location)))
    }

    /// Until nothing is scheduled any more, or the time is over.
    mutating func run(for limit: Duration = .seconds(90)) {
        while let next = schedule.first, next.at <= start + limit {
            schedule.removeFirst()
            now = max(now, next.at)
            play(next.event)
        }
    }

    // MARK: - Playing

    private mutating func at(_ time: GossipInstant, _ event: Event) {
        counter += 1
        let entry = Scheduled(at: time, order: counter, event: event)
        let index = schedule.firstIndex { ($0.at, $0.order) > (entry.at, entry.order) } ?? schedule.endIndex
        schedule.insert(entry, at: index)
    }

    private mutating func delay() -> Duration { .microseconds(Int64.random(in: 200...2000, using: &dice)) }

    private mutating func play(_ event: Event) {
        if let member = place(of: event), let until = pausedUntil[member] {
            if now < until { return at(until, event) }
            pausedUntil[member] = nil
        }
        switch event {
        case .input(let member, let input): handle(input, at: member)
        case .crossing(let from, let to, let input):
            if !isCut(from, to) { handle(input, at: to) }
        case .callArrived(let id, let call, let deadline): callArrived(id, call, deadline: deadline)
        case .stateAsked(let id, let endpoint): stateAsked(id, endpoint)
        case .beat(let id, let endpoint): beat(id, endpoint)
        case .planeAnswers(let member, let flight, let endpoint, let key):
            let generation = starts[key.text(for: endpoint)] ?? 0
            let location = TestLocation(
                endpoint: endpoint, version: FactVersion(generation: generation, sequence: 0))
            fill(location, at: member)
            handle(.executed(flight, .ready(location)), at: member)
        case .wakeUp(let member):
            nextWakeUp[member] = nil
            handle(.timePassed, at: member)
        case .kill(let member): kill(member)
        case .pause(let member, let until): pausedUntil[member] = until
        case .sessions(let member, let count, let seen): arrive(count, at: member, seen: seen)
        case .view(let member, let view): handle(.viewChanged(view), at: member)
        }
    }

    private func place(of event: Event) -> MemberID? {
        switch event {
        case .input(let member, _), .crossing(_, let member, _), .planeAnswers(let member, _, _, _),
            .wakeUp(let member), .sessions(let member, _, _), .view(let member, _):
            member
        case .callArrived(let id, _, _), .stateAsked(let id, _), .beat(let id, _): id.asked
        case .kill, .pause: nil
        }
    }

    private func isCut(_ from: MemberID, _ to: MemberID) -> Bool { cut.contains([from, to]) }

    private mutating func arrive(_ count: Int, at member: MemberID, seen: UInt64) {
        guard !isDead.contains(member) else { return }
        for _ in 0..<count {
            sessionCount += 1
            guard let waiter = desks[member]?.newWaiter() else { return }
            sessions[member, default: []].insert(waiter)
            let fit = known[member].flatMap { $0.version.generation > seen ? $0 : nil }
            handle(
                .wanted(
                    by: waiter, demo, seen: seen, deadline: now + .seconds(30), WakeErrand(session: "s"), known: fit),
                at: member)
        }
    }

    private mutating func callArrived(_ id: CallID, _ call: WakeCall, deadline: GossipInstant) {
        guard !isCut(id.asker, id.asked) else { return }
        guard !isDead.contains(id.asked), let waiter = desks[id.asked]?.newWaiter() else {
            return reply(.lost, to: id)
        }
        callers[id.asked, default: [:]][waiter] = id
        waiting[id] = waiter
        at(now, .beat(id, call.endpoint))
        handle(
            .called(
                by: waiter, call, deadline: deadline, WakeErrand(session: "s"), known: known[id.asked], floor: 0),
            at: id.asked)
    }

    private mutating func stateAsked(_ id: CallID, _ endpoint: EndpointName) {
        guard !isCut(id.asker, id.asked) else { return }
        guard !isDead.contains(id.asked), let desk = desks[id.asked] else { return reply(.lost, to: id) }
        reply(.state(desk.flightState(of: endpoint)), to: id)
    }

    private mutating func beat(_ id: CallID, _ endpoint: EndpointName) {
        guard waiting[id] != nil, !isDead.contains(id.asked) else { return }
        reply(.beat(desks[id.asked]?.flightKey(of: endpoint)), to: id)
        at(now + configuration.beat, .beat(id, endpoint))
    }

    private mutating func reply(_ reply: WakeReply<TestLocation, TestRefusal>, to id: CallID) {
        at(now + delay(), .crossing(from: id.asked, to: id.asker, .heard(id.ask, reply)))
    }

    private mutating func kill(_ member: MemberID) {
        isDead.insert(member)
        log.append("\(member) killed")
        for id in waiting.keys.filter({ $0.asked == member }).sorted(by: { ($0.asker, $0.ask) < ($1.asker, $1.ask) }) {
            waiting[id] = nil
            reply(.lost, to: id)
        }
    }

    private mutating func fill(_ location: TestLocation, at member: MemberID) {
        guard known[member].map({ $0.version < location.version }) ?? true else { return }
        known[member] = location
    }

    private mutating func handle(_ input: Desk.Input, at member: MemberID) {
        guard !isDead.contains(member) else { return }
        if case .heard(_, .settled(.ready(let location))) = input { fill(location, at: member) }
        if case .learned(let location) = input { fill(location, at: member) }
        var actions: [Desk.Action] = []
        desks[member]?.handle(input, at: now, into: &actions)
        for action in actions {
            if isLogging { log.append("\(now.nanoseconds) \(member) \(action)") }
            carryOut(action, of: member)
        }
        guard let due = desks[member]?.nextDeadline, due < nextWakeUp[member] ?? .never else { return }
        nextWakeUp[member] = due
        at(max(due, now), .wakeUp(member))
    }

    private mutating func carryOut(_ action: Desk.Action, of member: MemberID) {
        switch action {
        case .answer(let waiters, let outcome):
            for waiter in waiters {
                if sessions[member]?.remove(waiter) != nil {
                    answers.append(Answer(member: member, outcome: outcome, at: now))
                }
                guard let id = callers[member]?.removeValue(forKey: waiter) else { continue }
                waiting[id] = nil
                reply(.settled(outcome), to: id)
            }
        case .redirect(let waiter, let owner, let unknown):
            redirects.append((member, owner, unknown))
            guard let id = callers[member]?.removeValue(forKey: waiter) else { return }
            waiting[id] = nil
            reply(.redirected(to: owner), to: id)
        case .ask(let ask, let asked, let call, let deadline, _):
            let id = CallID(asker: member, ask: ask, asked: asked)
            at(now + delay(), .callArrived(id, call, deadline: deadline))
        case .askState(let ask, let asked, let endpoint):
            at(now + delay(), .stateAsked(CallID(asker: member, ask: ask, asked: asked), endpoint))
        case .giveUp(let ask):
            for id in waiting.keys.filter({ $0.asker == member && $0.ask == ask }) {
                guard let waiter = waiting.removeValue(forKey: id) else { continue }
                callers[id.asked]?[waiter] = nil
                at(now + delay(), .crossing(from: member, to: id.asked, .left(waiter)))
            }
        case .execute(let flight, let endpoint, let key, _, _):
            let text = key.text(for: endpoint)
            planeCalls.append(PlaneCall(by: member, key: text, at: now))
            if starts[text] == nil { starts[text] = max(key.seen, starts.values.max() ?? 0) + 1 }
            at(now + planeTime, .planeAnswers(member, flight, endpoint, key))
        }
    }
}

struct TestDice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}
