/// What a successor does with a flagged question: it looks for the flights of those before it, and wakes by itself only
/// when nobody of them answers (facts: gossip §4.3, §4.4). It costs one round trip, and saves a second request whenever
/// the asker was wrong: the owner is merely slow, or out of the asker's reach alone.
///
/// ```
///  probing ──a flight, or alive──▶ forwarding ──answered──▶ finished
///     │  ◀──────────quiet──────────────┘ │ lost
///     └──all lost, or patience over──▶ executing ──executed──▶ finished
/// ```
///
/// Questions go up the ranks only (``WakeReception/predecessors(of:among:for:)``), so no two members wait for each
/// other.
package struct WakeTakeover<Location: WakeLocation, Failure: WakeRefusal>: Sendable {
    package typealias Outcome = WakeOutcome<Location, Failure>

    package enum Input: Equatable, Sendable {
        case begun
        case stateHeard(MemberID, WakeFlightState)
        /// The question about a flight brought no answer, and will not.
        case stateLost(MemberID)
        case beatHeard(MemberID, WakeKey?)
        case answered(MemberID, Outcome)
        /// The forwarded question brought no outcome, and will not.
        case streamReset(MemberID)
        case executed(Outcome)
        /// At or after ``dueAt``.
        case timePassed
    }

    package enum Action: Equatable, Sendable {
        case askState(MemberID)
        case forward(MemberID, WakeCall)
        /// Call the control plane.
        case execute(WakeKey)
        case finish(Outcome)
    }

    private struct Predecessor: Sendable {
        enum Standing: Equatable, Sendable {
            case asked, underWay, idle, lost
        }

        var member: MemberID
        var standing = Standing.asked
    }

    private enum Phase: Sendable {
        /// Next: `probing`, `executing`.
        case idle
        /// Next: `probing`, `forwarding`, `executing`, `finished`.
        case probing(until: GossipInstant, asOf: GossipInstant)
        /// Next: `probing`, `executing`, `finished`.
        case forwarding(MemberID, BeatWatch)
        /// Next: `finished`.
        case executing
        case finished
    }

    private let configuration: WakeConfiguration
    private let endpoint: EndpointName
    private let deadline: GossipInstant
    private var predecessors: [Predecessor]
    private var phase = Phase.idle
    /// To whom the question is forwarded; stays open while the member is probed anew.
    private var forwardedTo: [MemberID] = []

    package private(set) var key: WakeKey

    /// - Parameter predecessors: those who may have the flight, in order of rank, all before this member.
    package init(
        _ configuration: WakeConfiguration, endpoint: EndpointName, key: WakeKey, deadline: GossipInstant,
        predecessors: [MemberID]
    ) {
        self.configuration = configuration
        self.endpoint = endpoint
        self.key = key
        self.deadline = deadline
        self.predecessors = predecessors.map { Predecessor(member: $0) }
    }

    package var isFinished: Bool {
        if case .finished = phase { return true }
        return false
    }

    /// The control plane is asked from here. Until then, a location that arrives otherwise ends the matter.
    package var isExecuting: Bool {
        if case .executing = phase { return true }
        return false
    }

    /// When ``Input/timePassed`` is due, `nil` for never.
    package var dueAt: GossipInstant? {
        switch phase {
        case .idle, .finished: nil
        case .probing(let until, _): min(until, deadline)
        case .forwarding(_, let watch): min(watch.due, deadline)
        case .executing: nil
        }
    }

    package mutating func handle(_ input: Input, at now: GossipInstant, into actions: inout [Action]) {
        switch (phase, input) {
        case (.finished, _): return
        case (.idle, .begun): probe(predecessors.map(\.member), at: now, into: &actions)
        // A word before the first, or a second first: a shell's mistake that changes nothing.
        case (.idle, _), (_, .begun): return
        case (_, .answered(_, let outcome)), (_, .executed(let outcome)): finish(outcome, into: &actions)
        // The call to the control plane ends by itself, and nothing else is of interest any more.
        case (.executing, .timePassed), (.executing, .stateHeard), (.executing, .stateLost), (.executing, .streamReset):
            return
        case (_, .timePassed) where deadline <= now: finish(.failed(.outOfTime), into: &actions)
        case (_, .stateHeard(let member, let state)):
            stateHeard(of: member, state, at: now, into: &actions)
        case (_, .stateLost(let member)), (_, .streamReset(let member)):
            forwardedTo.removeAll { $0 == member }
            note(member, .lost)
            decide(at: now, into: &actions)
        case (_, .beatHeard(let member, let heard)):
            beatHeard(from: member, heard, at: now)
        case (.probing(let until, let asOf), .timePassed):
            patienceEnded(due: until, asOf: asOf, at: now, into: &actions)
        case (.forwarding(let member, var watch), .timePassed):
            guard watch.look(at: now, configuration) == .quiet else { return phase = .forwarding(member, watch) }
            note(member, .asked)
            probe([member], at: now, into: &actions)
        }
    }

    // MARK: - Hearing

    private mutating func stateHeard(
        of member: MemberID, _ state: WakeFlightState, at now: GossipInstant, into actions: inout [Action]
    ) {
        switch state {
        case .underWay(let heard):
            key = max(key, heard)
            note(member, .underWay)
        case .idle:
            // What was forwarded before has been answered meanwhile, or was forgotten: it is asked anew.
            forwardedTo.removeAll { $0 == member }
            note(member, .idle)
        // Starts nothing new: as good as lost.
        case .draining: note(member, .lost)
        }
        decide(at: now, into: &actions)
    }

    private mutating func beatHeard(from member: MemberID, _ heard: WakeKey?, at now: GossipInstant) {
        if let heard { key = max(key, heard) }
        switch phase {
        case .forwarding(member, var watch):
            watch.heard(at: now, configuration)
            phase = .forwarding(member, watch)
        // It kept still for a while, and is back on the forwarded question.
        case .probing where forwardedTo.contains(member):
            var watch = BeatWatch(since: now, patience: configuration.quietAfter)
            watch.heard(at: now, configuration)
            phase = .forwarding(member, watch)
        case .idle, .probing, .forwarding, .executing, .finished: return
        }
    }

    /// A process that was held up finds the answers in its receive queue, not in time: it looks once more.
    private mutating func patienceEnded(
        due: GossipInstant, asOf: GossipInstant, at now: GossipInstant, into actions: inout [Action]
    ) {
        guard due <= now else { return }
        let isExcused = due.duration(to: now) >= configuration.lateTimer && due <= asOf + configuration.probePatience
        if isExcused { return phase = .probing(until: now + configuration.beat, asOf: asOf) }
        for index in predecessors.indices where predecessors[index].standing == .asked {
            predecessors[index].standing = .lost
        }
        decide(at: now, into: &actions)
    }

    private mutating func note(_ member: MemberID, _ standing: Predecessor.Standing) {
        guard let index = predecessors.firstIndex(where: { $0.member == member }) else { return }
        predecessors[index].standing = standing
    }

    // MARK: - Deciding

    private mutating func probe(_ members: [MemberID], at now: GossipInstant, into actions: inout [Action]) {
        guard !members.isEmpty else { return execute(into: &actions) }
        phase = .probing(until: now + configuration.probePatience, asOf: now)
        for member in members { actions.append(.askState(member)) }
    }

    /// A flight under way is joined wherever it is; one is started at the highest rank that is alive, once everybody
    /// above it has been heard or given up.
    private mutating func decide(at now: GossipInstant, into actions: inout [Action]) {
        guard !predecessors.allSatisfy({ $0.standing == .lost }) else { return execute(into: &actions) }
        if case .forwarding(let member, _) = phase, forwardedTo.contains(member) { return }
        let target =
            predecessors.first { $0.standing == .underWay }
            ?? predecessors.first { $0.standing != .lost }.flatMap { $0.standing == .idle ? $0 : nil }
        guard let target else {
            if case .forwarding = phase { probeRest(at: now, into: &actions) }
            return
        }
        forward(to: target.member, at: now, into: &actions)
    }

    /// Whom it was forwarded to is lost, and somebody has not answered yet.
    private mutating func probeRest(at now: GossipInstant, into actions: inout [Action]) {
        probe(predecessors.filter { $0.standing == .asked }.map(\.member), at: now, into: &actions)
    }

    private mutating func forward(to member: MemberID, at now: GossipInstant, into actions: inout [Action]) {
        phase = .forwarding(member, BeatWatch(since: now, patience: configuration.quietAfter))
        // Still open from before it kept still: it joined then, and has not left.
        guard !forwardedTo.contains(member) else { return }
        forwardedTo.append(member)
        let before = predecessors.prefix { $0.member != member }.map(\.member)
        actions.append(
            .forward(member, WakeCall(endpoint: endpoint, key: key, hops: WakeCall.hopLimit, suspected: before)))
    }

    private mutating func execute(into actions: inout [Action]) {
        phase = .executing
        actions.append(.execute(key))
    }

    private mutating func finish(_ outcome: Outcome, into actions: inout [Action]) {
        phase = .finished
        actions.append(.finish(outcome))
    }
}
